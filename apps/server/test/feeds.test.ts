/** Feeds over real HTTP: the rules of channels also hold for read-only clients. */
import { expect, test } from 'vitest';
import { readConfiguration } from '../src/configuration/configuration.ts';
import { chat, command, create, newDocument, runCommand } from './event-client.ts';
import { eventually } from './eventually.ts';
import { FeedReader, type FeedEvent } from './feed-reader.ts';
import { NativeClient } from './native-client.ts';
import { RunningServer } from './running-server.ts';
import { atEndOfFile } from './shared.ts';
import { signIn } from './signed-in.ts';
import { PROMISED_SECOND_MS } from './promised-second.ts';

const METRICS_TOKEN = 'a token for anyone who watches';

const server = await RunningServer.start({ METRICS_TOKEN }, atEndOfFile());

async function chatOf(count: number, running = server) {
  const owner = await NativeClient.onAuthenticated(running);
  const document = newDocument();
  await runCommand(owner, create(document));
  for (let i = 1; i <= count; i++) await runCommand(owner, chat(document, `Message ${i}`));
  return { owner, document, name: `chat:${document}` as const };
}

function texts(received: readonly FeedEvent[], from: number): string[] {
  let at = from;
  return received.flatMap((event) => {
    if (event.type !== 'events') return [];
    expect(event.data.from).toBe(at);
    expect(event.id).toMatch(new RegExp(`:${event.data.to}$`));
    at = event.data.to;
    return event.data.events.map((each) =>
      each.name === 'chat:sent' ? each.message.text : each.name,
    );
  });
}

const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `Message ${from + i}`);

test('begins with the state and goes on with the events (S2, S3)', async () => {
  const { owner, document, name } = await chatOf(2);
  const { cookie } = await signIn(server);
  const feed = await FeedReader.open(server, name, { Cookie: cookie });
  expect(feed.status).toBe(200);
  expect(feed.answer.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': expect.stringContaining('no-store') as string,
    'x-accel-buffering': 'no',
  });
  const { id, data } = await feed.next('state');
  expect(data).toMatchObject({ offset: 2, state: { type: 'chat', head: 2 } });
  expect(id).toBe(`${data.epoch}:2`);
  expect(feed.retries).toHaveLength(1);
  for (let i = 3; i <= 30; i++) await runCommand(owner, chat(document, `Message ${i}`));
  await eventually('all have come', () => feed.lastEventId === `${data.epoch}:30`);
  expect(texts(feed.received, 2)).toEqual(messages(3, 30));
});

test('goes on where a reader was cut off, also by a restart (S3)', async () => {
  const first = await RunningServer.start();
  const { owner, document, name } = await chatOf(1, first);
  const { cookie } = await signIn(first);
  const feed = await FeedReader.open(first, name, { Cookie: cookie });
  await feed.next('state');
  await runCommand(owner, chat(document, 'Message 2'));
  await feed.next('events');
  const again = { Cookie: cookie, 'Last-Event-ID': feed.lastEventId as string };
  feed.leave();
  for (let i = 3; i <= 5; i++) await runCommand(owner, chat(document, `Message ${i}`));

  const back = await FeedReader.open(first, name, again);
  await runCommand(owner, chat(document, 'Message 6'));
  await eventually('what was missed comes', () => back.lastEventId?.endsWith(':6') === true);
  expect(texts(back.received, 2)).toEqual(messages(3, 6));
  expect(back.received.map(({ type }) => type)).not.toContain('state');

  await first.kill();
  const second = await first.restart();
  const afterRestart = await FeedReader.open(second, name, again);
  await eventually('rows are read', () => afterRestart.lastEventId?.endsWith(':6') === true);
  expect(texts(afterRestart.received, 2)).toEqual(messages(3, 6));
});

test('opens for anyone who missed nothing, and gives the state to anyone who was elsewhere (S3)', async () => {
  const { owner, document, name } = await chatOf(1);
  const { cookie } = await signIn(server);
  const feed = await FeedReader.open(server, name, { Cookie: cookie });
  const { id } = await feed.next('state');
  const upToDate = await FeedReader.open(server, name, {
    Cookie: cookie,
    'Last-Event-ID': id as string,
  });
  await eventually('it gets the time to reconnect', () => upToDate.retries.length === 1);
  await runCommand(owner, chat(document, 'Message 2'));
  await upToDate.next('events');
  expect(upToDate.received).toEqual([]);
  for (const lastEventId of ['another:1', `${(id as string).split(':', 1)[0]}:99`, 'nonsense']) {
    const headers = { Cookie: cookie, 'Last-Event-ID': lastEventId };
    const elsewhere = await FeedReader.open(server, name, headers);
    expect((await elsewhere.next('state')).data.offset).toBe(2);
  }
});

test('has the newest values of the channels of class latest, without ids (S2)', async () => {
  const ada = await signIn(server);
  const client = await NativeClient.onAuthenticated(server, { guest: ada });
  const document = newDocument();
  await runCommand(client, create(document));
  const feed = await FeedReader.open(server, 'activity', { Cookie: ada.cookie });
  expect((await feed.next('state')).id).toBeNull();
  await runCommand(client, chat(document, 'High water'));
  const isNewest = () =>
    feed.received.some(
      ({ type, data }) =>
        type === 'value' && 'documents' in data && data.documents[document]?.chatHead === 1,
    );
  await eventually('it has the newest', isNewest);
});

test('is refused by a status to anyone who may not read (S1, S4)', async () => {
  const { owner, document, name } = await chatOf(1);
  await runCommand(owner, command({ name: 'link:change', input: { document, link: 'off' } }));
  const { cookie } = await signIn(server);
  const statusOf = async (...request: Parameters<typeof FeedReader.open>) => {
    const feed = await FeedReader.open(...request);
    await feed.end();
    const { error } = JSON.parse(feed.text) as { error: { code: string; message: string } };
    expect(error.message).toMatch(/\.$/);
    return [feed.status, error.code];
  };
  const signedIn = { Cookie: cookie };
  expect(await statusOf(server, name)).toEqual([401, 'unauthenticated']);
  expect(await statusOf(server, name, signedIn)).toEqual([404, 'not-found']);
  expect(await statusOf(server, `chat:${newDocument()}`, signedIn)).toEqual([404, 'not-found']);
  expect(await statusOf(server, 'dashboard', signedIn)).toEqual([404, 'not-found']);
  expect(await statusOf(server, 'nothing' as 'library', signedIn)).toEqual([404, 'not-found']);
  const elsewhere = { ...signedIn, Origin: 'https://evil.example' };
  expect(await statusOf(server, 'library', elsewhere)).toEqual([403, 'forbidden']);
});

test('gives the dashboard to anyone who has the token of metrics, and nothing else (S1)', async () => {
  const bearer = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const feed = await FeedReader.open(server, 'dashboard', bearer);
  expect((await feed.next('state')).data.state.type).toBe('dashboard');
  expect((await feed.next('value')).data).toHaveProperty('sample');
  expect((await FeedReader.open(server, 'library', bearer)).status).toBe(401);
  const guessed = { Authorization: `Bearer ${METRICS_TOKEN}x` };
  expect((await FeedReader.open(server, 'dashboard', guessed)).status).toBe(401);
});

test('gives everyone the dashboard where everyone is an administrator', async () => {
  const open = await RunningServer.start({ ADMINISTRATORS: '*' });
  const { cookie } = await signIn(open);
  const feed = await FeedReader.open(open, 'dashboard', { Cookie: cookie });
  expect((await feed.next('state')).data.state.type).toBe('dashboard');
});

test('ends within a second after the right is lost (S4)', async () => {
  const { owner, document, name } = await chatOf(1);
  const { cookie } = await signIn(server);
  const feed = await FeedReader.open(server, name, { Cookie: cookie });
  await feed.next('state');
  const began = performance.now();
  await runCommand(owner, command({ name: 'link:change', input: { document, link: 'off' } }));
  expect((await feed.next('ended')).data.error.code).toBe('not-found');
  await feed.end();
  expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  await runCommand(owner, chat(document, 'Among ourselves'));
  expect(feed.received).toEqual([]);
});

test('ends within a second after the session is ended (S4)', async () => {
  const ada = await signIn(server);
  const [feed, other] = [
    await FeedReader.open(server, 'library', { Cookie: ada.cookie }),
    await FeedReader.open(server, 'library', { Cookie: (await signIn(server)).cookie }),
  ];
  for (const each of [feed, other]) await each.next('state');
  const began = performance.now();
  await ada.fetch('/api/session/end', { method: 'POST' });
  expect((await feed.next('ended')).data.error.code).toBe('unauthenticated');
  await feed.end();
  expect(performance.now() - began).toBeLessThan(PROMISED_SECOND_MS);
  expect(other.isOver).toBe(false);
  expect((await FeedReader.open(server, 'library', { Cookie: ada.cookie })).status).toBe(401);
});

test('counts among the connections of its user (S6)', async () => {
  const { cookie } = await signIn(server);
  const { connectionsPerUser } = readConfiguration({}).limits;
  const open = () => FeedReader.open(server, 'library', { Cookie: cookie });
  const feeds = await Promise.all(Array.from({ length: connectionsPerUser }, open));
  for (const feed of feeds) expect(feed.status).toBe(200);
  const tooMany = await open();
  expect([tooMany.status, tooMany.answer.headers['retry-after']]).toEqual([429, '30']);
  feeds[0]?.leave();
  let next = await open();
  while (next.status === 429) next = await open();
  expect(next.status).toBe(200);
});

test('gives one who did not read all that is missing, and does not keep it for them (S6, T11)', async () => {
  const { owner, document, name } = await chatOf(0);
  const { cookie } = await signIn(server);
  const slow = await FeedReader.open(server, name, { Cookie: cookie });
  await slow.next('state');
  slow.answer.pause();
  const writers = await Promise.all(
    Array.from({ length: 10 }, () => NativeClient.onAuthenticated(server)),
  );
  const text = 'x'.repeat(4_000);
  // Exceeds the socket buffers of this machine.
  await Promise.all(
    writers.map(async (writer) => {
      for (let i = 0; i < 30; i++) {
        writer.send(...Array.from({ length: 9 }, () => chat(document, text)));
        await runCommand(writer, chat(document, text));
      }
    }),
  );
  await runCommand(owner, chat(document, 'The last'));
  slow.answer.resume();
  await eventually('it has caught up', () => slow.lastEventId?.endsWith(':3001') === true);
  let at = 0;
  let whole = 0;
  for (const event of slow.received) {
    if (event.type === 'events') {
      expect(event.data.from).toBe(at);
      at = event.data.to;
    } else if (event.type === 'state') {
      at = event.data.offset;
      whole++;
    }
  }
  expect(at).toBe(3_001);
  // Nothing was sent while the client did not read.
  expect(whole).toBe(1);
}, 120_000);

test('gets the time to reconnect before a restart (S5)', async () => {
  const running = await RunningServer.start();
  const { cookie } = await signIn(running);
  const feed = await FeedReader.open(running, 'library', { Cookie: cookie });
  await feed.next('state');
  await running.kill('SIGTERM');
  await feed.end();
  expect(feed.retries).toHaveLength(2);
  expect(feed.received).toEqual([]);
});
