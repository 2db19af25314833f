/**
 * Event channels over real sockets: recovery from memory, from rows, or as a whole state, never
 * partial.
 */
import { expect, test } from 'vitest';
import type { MessageOf } from '@tandem/protocol';
import { chat, command, create, newDocument, runCommand, subscribe } from './event-client.ts';
import { eventually } from './eventually.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const atEnd = atEndOfFile();
let shared: Promise<RunningServer> | undefined;
const server = () => (shared ??= RunningServer.start({}, atEnd));

const eventsOf = (client: NativeClient, channel: number): MessageOf<'events'>[] =>
  client.received.filter(
    (message): message is MessageOf<'events'> =>
      message.type === 'events' && message.channel === channel,
  );

function texts(client: NativeClient, channel: number, from: number): string[] {
  let at = from;
  return eventsOf(client, channel).flatMap((message) => {
    expect(message.from).toBe(at);
    expect(message.to).toBe(at + message.events.length);
    at = message.to;
    return message.events.map((event) =>
      event.name === 'chat:sent' ? event.message.text : event.name,
    );
  });
}

async function chatWith(count: number, running: RunningServer) {
  const owner = await NativeClient.onAuthenticated(running);
  const document = newDocument();
  await runCommand(owner, create(document));
  for (let i = 1; i <= count; i++) await runCommand(owner, chat(document, `Message ${i}`));
  return { owner, document, name: `chat:${document}` as const };
}

const link = (document: string, access: 'off' | 'view' | 'edit') =>
  command({ name: 'link:change', input: { document, link: access } });

test('numbers channels apart from documents (W29)', async () => {
  const { owner, document, name } = await chatWith(1, await server());
  const opened = await owner.open(document);
  const numbers = [opened.channel];
  for (const each of ['library', 'activity', name, `sharing:${document}`] as const)
    numbers.push((await subscribe(owner, each)).channel);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('sends each subscriber every event once and in order (W30)', async () => {
  const { owner, name, document } = await chatWith(0, await server());
  const readers = await Promise.all(
    Array.from({ length: 3 }, async () => NativeClient.onAuthenticated(await server())),
  );
  const answers = await Promise.all(readers.map((reader) => subscribe(reader, name)));
  for (let i = 1; i <= 30; i++) await runCommand(owner, chat(document, `Message ${i}`));
  for (const [i, reader] of readers.entries()) {
    const { channel, offset } = answers[i] as MessageOf<'subscribed'>;
    await eventually('all have come', () => eventsOf(reader, channel).at(-1)?.to === offset + 30);
    expect(texts(reader, channel, offset)).toEqual(
      Array.from({ length: 30 }, (_, at) => `Message ${at + 1}`),
    );
  }
});

test('recovers from memory, and from rows after a restart (W31)', async () => {
  const first = await RunningServer.start();
  const { owner, name, document } = await chatWith(3, first);
  const { epoch, offset } = await subscribe(owner, name);
  for (let i = 4; i <= 8; i++) await runCommand(owner, chat(document, `Message ${i}`));

  const reader = await NativeClient.onAuthenticated(first);
  const fromMemory = await subscribe(reader, name, { epoch, offset });
  expect(fromMemory).toMatchObject({ recovered: true, epoch, offset: offset + 5 });
  expect(fromMemory).not.toHaveProperty('state');
  await eventually('events follow', () => eventsOf(reader, fromMemory.channel).length > 0);
  const missed = [4, 5, 6, 7, 8].map((i) => `Message ${i}`);
  expect(texts(reader, fromMemory.channel, offset)).toEqual(missed);

  await first.kill();
  const second = await first.restart();
  const back = await NativeClient.onAuthenticated(second);
  const fromRows = await subscribe(back, name, { epoch, offset });
  expect(fromRows).toMatchObject({ recovered: true, epoch, offset: offset + 5 });
  await eventually('events follow', () => eventsOf(back, fromRows.channel).length > 0);
  expect(texts(back, fromRows.channel, offset)).toEqual(missed);

  const upToDate = await NativeClient.onAuthenticated(second);
  const position = { epoch, offset: offset + 5 };
  expect(await subscribe(upToDate, name, position)).toMatchObject({ recovered: true, ...position });
  const writer = await NativeClient.onAuthenticated(second);
  await runCommand(writer, chat(document, 'Message 9'));
  const { channel } = fromRows;
  await eventually('it goes on', () => eventsOf(upToDate, channel).length > 0);
  expect(texts(upToDate, channel, offset + 5)).toEqual(['Message 9']);
});

test('gives the state to anyone who was away too long, or was somewhere else (W31)', async () => {
  const { owner, name, document } = await chatWith(0, await server());
  const { epoch, offset } = await subscribe(owner, name);
  const writers = await Promise.all(
    Array.from({ length: 4 }, async () => NativeClient.onAuthenticated(await server())),
  );
  await Promise.all(
    writers.map(async (writer) => {
      for (let i = 0; i < 95; i++) await runCommand(writer, chat(document, `Message ${i}`));
    }),
  );
  for (const position of [
    { epoch, offset },
    { epoch: 'another', offset: 379 },
    { epoch, offset: 5_000 },
  ]) {
    const late = await NativeClient.onAuthenticated(await server());
    const answer = await subscribe(late, name, position);
    expect(answer).toMatchObject({ recovered: false, epoch, offset: 380, state: { head: 380 } });
  }
});

test('repairs a gap without a new subscription (W32)', async () => {
  const { owner, name, document } = await chatWith(0, await server());
  const { channel, offset } = await subscribe(owner, name);
  for (let i = 1; i <= 5; i++) await runCommand(owner, chat(document, `Message ${i}`));
  owner.received.length = 0;
  owner.send({ type: 'recover', channel, from: offset + 2 });
  const { from, to, events } = await owner.next('events');
  expect([from, to]).toEqual([offset + 2, offset + 5]);
  expect(events).toHaveLength(3);
  owner.send({ type: 'recover', channel, from: 9_000 });
  expect(await owner.next('subscribed')).toMatchObject({ ref: 1, recovered: false, channel });
});

test('answers a name one may not see like one that does not exist (W34)', async () => {
  const { owner, document, name } = await chatWith(1, await server());
  await runCommand(owner, link(document, 'off'));
  const outsider = await NativeClient.onAuthenticated(await server());
  const answers: MessageOf<'unsubscribed'>[] = [];
  for (const each of [name, `chat:${newDocument()}`, `sharing:${document}`, 'dashboard'] as const) {
    outsider.send({ type: 'subscribe', channel: 0, ref: 4, name: each });
    answers.push(await outsider.next('unsubscribed'));
  }
  expect(answers[0]).toMatchObject({ channel: 0, ref: 4, error: { code: 'not-found' } });
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('ends the channels of anyone who loses the right to them within a second (W34)', async () => {
  const { owner, document, name } = await chatWith(1, await server());
  const guest = await NativeClient.onAuthenticated(await server());
  const chatNumber = (await subscribe(guest, name)).channel;
  const sharingNumber = (await subscribe(guest, `sharing:${document}`)).channel;
  await subscribe(owner, name);
  const began = Date.now();
  await runCommand(owner, link(document, 'off'));
  for (const channel of [chatNumber, sharingNumber]) {
    const lost = await guest.next('unsubscribed', (message) => message.channel === channel);
    expect(lost.error.code).toBe('not-found');
  }
  expect(Date.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  guest.received.length = 0;
  await runCommand(owner, chat(document, 'Among ourselves'));
  await owner.next('events');
  await runCommand(guest, create(newDocument()));
  expect(guest.received.filter(({ type }) => type === 'events')).toEqual([]);
});

test('tells all tabs of a person, and nobody else, what is in their library', async () => {
  const guest = await signIn(await server());
  const [one, two] = [
    await NativeClient.onAuthenticated(await server(), { guest }),
    await NativeClient.onAuthenticated(await server(), { guest }),
  ];
  const outsider = await NativeClient.onAuthenticated(await server());
  for (const client of [one, two, outsider]) await subscribe(client, 'library');
  await runCommand(one, command({ name: 'profile:change', input: { name: 'Amber Heron' } }));
  expect((await two.next('events')).events[0]).toMatchObject({
    name: 'profile:changed',
    user: { name: 'Amber Heron' },
  });
  await runCommand(outsider, create(newDocument()));
  expect((await outsider.next('events')).events[0]).toMatchObject({ name: 'document:listed' });
  expect(outsider.received.filter(({ type }) => type === 'events')).toEqual([]);
});

test('stops after unsubscribe, and starts again at a second subscribe', async () => {
  const { owner, name, document } = await chatWith(0, await server());
  const reader = await NativeClient.onAuthenticated(await server());
  const { channel } = await subscribe(reader, name);
  reader.send({ type: 'unsubscribe', channel });
  await runCommand(reader, create(newDocument()));
  await runCommand(owner, chat(document, 'Not delivered'));
  const again = await subscribe(reader, name);
  expect(again).toMatchObject({ channel, recovered: false });
  expect((await subscribe(reader, name)).offset).toBe(again.offset);
  await runCommand(owner, chat(document, 'Delivered'));
  await reader.next('events');
  expect(reader.received.filter(({ type }) => type === 'events')).toEqual([]);
});

test('catches up anyone who did not read for a while, without a gap (W30)', async () => {
  const { owner, name, document } = await chatWith(0, await server());
  const slow = await NativeClient.onAuthenticated(await server());
  const { channel, offset } = await subscribe(slow, name);
  const writers = await Promise.all(
    Array.from({ length: 10 }, async () => NativeClient.onAuthenticated(await server())),
  );
  slow.socket.pause();
  const text = 'x'.repeat(4_000);
  // Exceeds the socket buffers of this machine.
  await Promise.all(
    writers.map(async (writer) => {
      for (let i = 0; i < 40; i++) {
        writer.send(...Array.from({ length: 9 }, () => chat(document, text)));
        await runCommand(writer, chat(document, text));
      }
    }),
  );
  await runCommand(owner, chat(document, 'The last'));
  slow.socket.resume();
  await eventually('it has caught up', () => {
    const last = slow.received.findLast(
      (message): message is MessageOf<'events' | 'subscribed'> =>
        message.type === 'events' || message.type === 'subscribed',
    );
    return last?.type === 'events' ? last.to === offset + 4_001 : last?.offset === offset + 4_001;
  });
  let at = offset;
  let whole = 0;
  for (const message of slow.received) {
    if (message.type === 'events' && message.channel === channel) {
      expect(message.from).toBe(at);
      at = message.to;
    } else if (message.type === 'subscribed') {
      expect(message.recovered).toBe(false);
      at = message.offset;
      whole++;
    }
  }
  // Nothing was sent while the client did not read.
  expect(whole).toBe(1);
  expect(at).toBe(offset + 4_001);
}, 120_000);

test('tells a list who is in a document, its first words and its newest chat message (W33)', async () => {
  const { owner, document } = await chatWith(2, await server());
  const answer = await subscribe(owner, 'activity');
  if (answer.state?.type !== 'activity') throw new Error('no activity');
  expect(answer.state.documents[document]).toMatchObject({ present: [], chatHead: 2 });
  const { channel } = answer;
  const newest = async (
    fits: (activity: { present: readonly unknown[]; chatHead: number }) => boolean,
  ) =>
    await owner.next('activity:changed', (message) => {
      const activity = message.documents[document];
      return (
        message.channel === channel && activity !== null && activity !== undefined && fits(activity)
      );
    });
  const guest = await NativeClient.onAuthenticated(await server());
  await guest.open(document);
  await newest(({ present }) => present.length === 1);
  await runCommand(guest, chat(document, 'Here I am'));
  await newest(({ chatHead }) => chatHead === 3);
  guest.socket.close();
  await newest(({ present }) => present.length === 0);

  owner.received.length = 0;
  await runCommand(owner, command({ name: 'document:unlist', input: { document } }));
  expect(await owner.next('activity:changed')).toMatchObject({ documents: { [document]: null } });
});

test('sends activity at most once a second (W33)', async () => {
  const { owner, document } = await chatWith(0, await server());
  await subscribe(owner, 'activity');
  const writer = await NativeClient.onAuthenticated(await server());
  const began = Date.now();
  for (let i = 0; i < 120; i++) await runCommand(writer, chat(document, `Message ${i}`));
  const seconds = (Date.now() - began) / 1_000;
  await owner.next('activity:changed', ({ documents }) => documents[document]?.chatHead === 120);
  const before = owner.received.filter(({ type }) => type === 'activity:changed').length;
  expect(before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
});
