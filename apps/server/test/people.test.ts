/** Presence over real sockets: reconnects, broken connections, and no impersonation. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX_AWARENESS_BYTES, type ChannelPosition, type MessageOf } from '@tandem/protocol';
import { readAwareness, writeAwareness } from '../src/presence/awareness-update.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn, type SignedIn } from './signed-in.ts';

const atEnd = atEndOfFile();
let server: RunningServer;

beforeAll(async () => {
  server = await RunningServer.start({}, atEnd);
});

async function context() {
  const [ada, eve] = [await signIn(server), await signIn(server)];
  const document = `document-${randomUUID()}`;
  await ada.fetch('/api/documents', { method: 'POST', body: { id: document, title: 'Draft' } });
  const enter = async (guest: SignedIn, client: number, presence?: ChannelPosition) => {
    const connection = await NativeClient.onAuthenticated(server, { guest });
    connection.send({
      type: 'open',
      channel: 0,
      ref: 1,
      document,
      client,
      ...(presence && { presence }),
    });
    const { channel } = await connection.next('opened');
    const first = await connection.next('presence:changed');
    return { connection, channel, first };
  };
  return { ada, eve, enter };
}

type Entry = ReturnType<typeof cursor>;
const cursor = (client: number, clock: number, state: object = { at: clock }) => ({
  client,
  clock,
  state: JSON.stringify(state),
});
const awareness = (channel: number, ...entries: Entry[]) =>
  ({ type: 'awareness', channel, update: writeAwareness(entries) }) as const;

function entriesOf({ update }: MessageOf<'awareness'>) {
  const reading = readAwareness(update);
  return reading.kind === 'ok'
    ? reading.entries.map(({ client, state }) => [client, JSON.parse(state ?? 'null') as unknown])
    : [];
}

describe('anyone who comes back', () => {
  test('PR1, PR3: hears the difference, and was not gone for the others', async () => {
    const { ada, eve, enter } = await context();
    const a = await enter(ada, 1);
    const e = await enter(eve, 2);
    const { position } = await a.connection.next('presence:changed', ({ members }) =>
      members.some(({ user }) => user === eve.user.id),
    );
    await enter(await signIn(server), 3);
    await e.connection.next('presence:changed', ({ members }) =>
      members.some(({ clients }) => clients.includes(3)),
    );
    // A broken network sends no close.
    a.connection.socket.terminate();
    const back = await enter(ada, 1, position);
    expect(back.first).toMatchObject({ full: false, from: position.offset, left: [] });
    expect(back.first.members.map(({ clients }) => clients)).not.toContainEqual([2]);
    expect(back.first.you).toMatchObject({ user: ada.user.id, clients: [1] });
    const renewed = await enter(ada, 1, { epoch: 'of-another-life', offset: 7 });
    expect(renewed.first).toMatchObject({ full: true, counts: { active: 3 } });
    expect(
      e.connection.received.flatMap((message) =>
        message.type === 'presence:changed' ? message.left : [],
      ),
    ).toEqual([]);
  });

  test('PR5: can ask for people by name', async () => {
    const { ada, eve, enter } = await context();
    const { connection, channel } = await enter(ada, 1);
    await enter(eve, 2);
    const query = ` ${eve.user.name.toUpperCase()}`;
    connection.send({ type: 'presence:list', channel, ref: 4, query, after: 0 });
    expect(await connection.next('presence:listed')).toMatchObject({
      ref: 4,
      members: [{ user: eve.user.id }],
      next: null,
    });
  });
});

describe('nobody shows as someone else', () => {
  test('W22: not by a foreign id, a forged user, a clock far ahead, or 100,000 ids', async () => {
    const { ada, eve, enter } = await context();
    const a = await enter(ada, 1);
    const e = await enter(eve, 2);
    const { connection: watcher } = await enter(await signIn(server), 3);
    a.connection.send(awareness(a.channel, cursor(1, 1)));
    expect(entriesOf(await watcher.next('awareness'))).toEqual([[1, { at: 1, user: ada.user }]]);
    for (let batch = 0; batch < 100; batch++) {
      const ids = Array.from({ length: 1_000 }, (_, i) => cursor(100 + batch * 1_000 + i, 1, {}));
      e.connection.send(awareness(e.channel, ...ids));
    }
    e.connection.send(awareness(e.channel, cursor(1, 2 ** 31)));
    e.connection.send(awareness(e.channel, cursor(2, 2 ** 31, { at: 6, user: ada.user })));
    expect(entriesOf(await watcher.next('awareness'))).toEqual([[2, { at: 6, user: eve.user }]]);
    a.connection.send(awareness(a.channel, cursor(1, 2)));
    expect(entriesOf(await watcher.next('awareness'))).toEqual([[1, { at: 2, user: ada.user }]]);
  });

  test('W22: an update that is longer for its receivers than for its sender closes no connection', async () => {
    const { ada, eve, enter } = await context();
    const a = await enter(ada, 1);
    const e = await enter(eve, 2);
    // Written out, each of these numbers has 21 digits.
    const state = `{"at":[${Array.from({ length: 815 }, () => '1e20').join()}]}`;
    e.connection.send(awareness(e.channel, { client: 2, clock: 1, state }));
    const sent = await a.connection.next('awareness');
    expect(sent.update.byteLength).toBeGreaterThan(MAX_AWARENESS_BYTES);
    e.connection.send(awareness(e.channel, cursor(2, 2)));
    expect(entriesOf(await a.connection.next('awareness'))).toEqual([
      [2, { at: 2, user: eve.user }],
    ]);
  });
});
