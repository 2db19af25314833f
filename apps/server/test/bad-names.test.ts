/**
 * An invalid name, such as a link with trailing text, fails alone: the rest of the connection
 * works.
 */
import { describe, expect, test } from 'vitest';
import { ulid } from 'ulid';
import { WebSocket } from 'ws';
import { MAX_CHANNELS_PER_CONNECTION } from '@tandem/protocol';
import { chat, runCommand, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { hostileFixture } from './hostile-fixture.ts';
import { NativeClient } from './native-client.ts';

const fixture = hostileFixture();

describe('a document', () => {
  test('with a name that no document can have is refused alone: all others stay open', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, { guest: fixture.guest });
    const { channel } = await client.open(fixture.document, { client: 8 });
    for (const bad of [
      `${fixture.document}).`,
      '../../etc/passwd',
      'a\u0000b',
      '',
      '谢谢',
      'x'.repeat(9_000),
    ]) {
      client.send({ type: 'open', channel: 0, ref: 5, document: bad, client: 3 });
      expect(await client.next('closed'), bad).toMatchObject({
        channel: 0,
        ref: 5,
        error: { code: 'not-found' },
      });
    }
    client.send({ type: 'leave', channel });
    expect((await client.open(fixture.document, { client: 9 })).document).toBe(fixture.document);
    expect(client.closed).toBeNull();
  });
});

describe('a channel of events', () => {
  test.each(['binary', 'json'] as const)(
    'W29: with a name that none can have is refused alone, over %s: all others stay open',
    async (format) => {
      const { token } = fixture.guest;
      const client = new NativeClient(fixture.server, { format });
      await client.opened();
      const names = [
        'chat:no name',
        'library:ada',
        'chat:',
        'nonsense',
        '',
        'chat:a\u0000',
        'x'.repeat(9_000),
      ];
      client.send({
        ...{ type: 'hello', channel: 0, protocol: 1, schema: 1, token },
        channels: [
          { type: 'subscribe', ref: 1, name: 'sharing:a/b' },
          { type: 'open', ref: 2, document: fixture.document, client: 8 },
          { type: 'subscribe', ref: 3, name: `chat:${fixture.document}` },
        ],
      });
      expect(await client.next('unsubscribed')).toMatchObject({
        channel: 0,
        ref: 1,
        error: { code: 'not-found', message: 'There is no channel of this name.' },
      });
      await client.next('opened');
      const { channel } = await client.next('subscribed');
      for (const [index, name] of names.entries()) {
        client.send({ type: 'subscribe', channel: 0, ref: 10 + index, name });
        const refused = await client.next('unsubscribed', ({ ref }) => ref === 10 + index);
        expect(refused, name).toMatchObject({ channel: 0, error: { code: 'not-found' } });
      }
      await runCommand(client, chat(fixture.document, 'still here'));
      expect((await client.next('events')).channel).toBe(channel);
      expect(client.closed).toBeNull();
    },
  );
});

describe('a command', () => {
  test('W24, UP10: that does not fit, or that this version does not know, is refused alone, in its turn', async () => {
    const client = await NativeClient.onAuthenticated(fixture.server, {
      guest: fixture.guest,
      format: 'json',
    });
    const { channel } = await subscribe(client, `chat:${fixture.document}`);
    const input = { document: fixture.document, text: '@Ada', mentions: [], replyTo: null };
    const bad = [
      { name: 'document:shred', input: { document: fixture.document } },
      { name: 'document:rename', input: { document: 'not a name', title: 'x' } },
      { name: 'chat:send', input: { ...input, mentions: [{ user: 'ada', offset: 3, length: 9 }] } },
      { name: 'chat:send', input: { ...input, mentions: [{ user: 'a b', offset: 0, length: 4 }] } },
      {
        name: 'chat:react',
        input: { document: fixture.document, message: ulid(), emoji: '\u{1FBFF}', on: true },
      },
      { name: 'chat:send', input: 7 },
      { name: 'profile:change', input: { color: 99 } },
    ].map((call) => ({ type: 'command', id: ulid(), ...call }));
    const good = chat(fixture.document, 'still here');
    client.socket.send(JSON.stringify([...bad, good]));
    for (const { id } of bad) {
      const { error } = await client.next('refused', (message) => message.id === id);
      expect(error).toMatchObject({ code: 'bad-message', temporary: false });
      expect(error.message).toContain('nothing was changed');
    }
    await client.next('done', ({ id }) => id === good.id);
    expect((await client.next('events')).channel).toBe(channel);
    expect(client.closed).toBeNull();
  });
});

describe('a document of a Hocuspocus provider', () => {
  /** `SyncStep1` with an empty state vector. */
  const asking = (address: string): Buffer => {
    const length = Buffer.byteLength(address);
    const prefix = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
    return Buffer.concat([
      Uint8Array.from(prefix),
      Buffer.from(address),
      Uint8Array.of(0, 0, 1, 0),
    ]);
  };

  test('that has no name, or no room, is refused alone', async () => {
    const socket = new WebSocket(`${fixture.server.socketUrl}/yjs`);
    const answers: string[] = [];
    let isClosed = false;
    socket.on('message', (data: Buffer) => answers.push(data.toString('latin1')));
    socket.on('close', () => (isClosed = true));
    await eventually('open', () => socket.readyState === WebSocket.OPEN);
    const answerOf = async (address: string, word: string) => {
      await eventually(`${word} for ${address.slice(0, 20)}`, () =>
        answers.some((answer) => answer.includes(address) && answer.includes(word)),
      );
    };
    socket.send(asking(fixture.document));
    // `SyncStep2` has the missing structs.
    await answerOf(fixture.document, '\u0000\u0001');
    const tooLong = 'x'.repeat(9_000);
    socket.send(asking(tooLong));
    await answerOf(tooLong, 'has 1 to 64 letters');
    for (let number = 1; number < MAX_CHANNELS_PER_CONNECTION; number++)
      socket.send(asking(`no name ${number}.`));
    await answerOf(`no name ${MAX_CHANNELS_PER_CONNECTION - 1}.`, 'has 1 to 64 letters');
    socket.send(asking('one-too-many'));
    await answerOf('one-too-many', `may have ${MAX_CHANNELS_PER_CONNECTION} documents open`);
    const before = answers.length;
    socket.send(asking(fixture.document));
    await eventually('still served', () => answers.length > before);
    expect(isClosed).toBe(false);
    socket.terminate();
  });
});
