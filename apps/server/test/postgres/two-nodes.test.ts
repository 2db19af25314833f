/** Two servers on one database, without anything between them but the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { Device } from '../device.ts';
import { chat, command, newDocument, runCommand, subscribe } from '../event-client.ts';
import { eventually } from '../eventually.ts';
import { NativeClient } from '../native-client.ts';
import { RunningServer } from '../running-server.ts';
import { signIn, type SignedIn } from '../signed-in.ts';
import { createData } from '../data-document.ts';
import { ANCHOR } from '../hostile-commands.ts';
import { BOTH_WAYS } from '../link.ts';
import { PostgresLink } from './postgres-link.ts';
import { PROMISED_SECOND_MS } from '../promised-second.ts';

async function startNodes(count: number): Promise<RunningServer[]> {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  return await Promise.all(
    Array.from({ length: count }, () => RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' })),
  );
}

async function createPage(guest: SignedIn): Promise<string> {
  const id = newDocument();
  const { status } = await guest.fetch('/api/documents', { method: 'POST', body: { id } });
  expect(status).toBe(200);
  return id;
}

test('text that is written on both nodes at the same time is whole on both', async () => {
  const nodes = await startNodes(2);
  const guests = await Promise.all(nodes.map((node) => signIn(node)));
  const document = await createData(nodes[0]!);
  const devices = [0, 1, 0, 1].map((at) => ({
    device: new Device(document, guests[at]!),
    node: nodes[at]!,
  }));
  for (const { device, node } of devices) await device.connect(node);
  const random = new SeededRandom(3);
  for (let round = 0; round < 60; round++) {
    for (const [at, { device }] of devices.entries())
      if (random.next() < 0.7) device.write(`<${at}.${round}>`);
    await sleep(random.int(0, 20));
  }
  for (const { device } of devices) await device.saved();
  const written = devices[0]!.device;
  await eventually('all have the same text', () =>
    devices.every(({ device }) => device.text === written.text),
  );
  for (const [at] of devices.entries())
    for (let round = 0; round < 60; round++)
      expect(written.text.split(`<${at}.${round}>`).length).toBeLessThanOrEqual(2);
  for (const { device } of devices) expect(device.refusals).toEqual([]);
});

test('a client that comes back on another node keeps what it wrote, also when its node was killed', async () => {
  const [one, other] = (await startNodes(2)) as [RunningServer, RunningServer];
  const ada = await signIn(one);
  const document = await createData(one);
  const [writer, reader] = [new Device(document, ada), new Device(document, await signIn(other))];
  await writer.connect(one);
  await reader.connect(other);
  for (let i = 0; i < 10; i++) {
    writer.write(`a${i} `);
    await writer.connect(i % 2 === 0 ? other : one);
    writer.write(`b${i} `);
  }
  await writer.connect(one);
  writer.write('last ');
  await one.kill();
  await writer.connect(other);
  await writer.saved();
  await eventually('the reader has all of it', () => reader.text === writer.text);
  for (let i = 0; i < 10; i++) expect(writer.text).toContain(`a${i} b${i} `);
  expect(writer.text.endsWith('last ')).toBe(true);
});

test('events of a channel come on both nodes, in one order, without a gap', async () => {
  const nodes = await startNodes(2);
  const ada = await signIn(nodes[0]!);
  const document = await createPage(ada);
  const clients = await Promise.all(
    nodes.map((node) => NativeClient.onAuthenticated(node, { guest: ada })),
  );
  for (const client of clients) await subscribe(client, `chat:${document}`);
  const count = 20;
  await Promise.all(
    clients.map(async (client, at) => {
      for (let i = 0; i < count; i++) await runCommand(client, chat(document, `${at}.${i}`));
    }),
  );
  const texts = (client: NativeClient) =>
    client.received.flatMap((message) =>
      message.type === 'events'
        ? message.events.flatMap((event) => (event.name === 'chat:sent' ? [event.message] : []))
        : [],
    );
  await eventually('both have all messages', () =>
    clients.every((client) => texts(client).length === 2 * count),
  );
  const [first, second] = clients.map((client) => texts(client).map(({ text }) => text));
  expect(second).toEqual(first);
  expect(texts(clients[0]!).map(({ number }) => number)).toEqual(
    Array.from({ length: 2 * count }, (_, i) => i + 1),
  );
});

test('the same command on both nodes takes effect once, and both get the same answer', async () => {
  const nodes = await startNodes(2);
  const ada = await signIn(nodes[0]!);
  const document = await createPage(ada);
  const clients = await Promise.all(
    nodes.map((node) => NativeClient.onAuthenticated(node, { guest: ada })),
  );
  for (let i = 0; i < 30; i++) {
    const message = chat(document, `text ${i}`);
    const answers = await Promise.all(clients.map((client) => runCommand(client, message)));
    expect(answers[0]?.positions).toEqual(answers[1]?.positions);
    expect(answers.filter(({ repeated }) => repeated)).toHaveLength(1);
  }
  const { state } = await subscribe(clients[0]!, `chat:${document}`);
  expect(state).toMatchObject({ type: 'chat', head: 30 });
});

test('a role that ends on one node ends on the other within a second', async () => {
  const [one, other] = (await startNodes(2)) as [RunningServer, RunningServer];
  const ada = await signIn(one);
  const document = await createPage(ada);
  const bob = await NativeClient.onAuthenticated(other);
  await bob.open(document, { client: 2 });
  await subscribe(bob, `chat:${document}`);
  const owner = await NativeClient.onAuthenticated(one, { guest: ada });
  await runCommand(owner, command({ name: 'link:change', input: { document, link: 'off' } }));
  const endedMs = performance.now();
  await bob.next('closed');
  await bob.next('unsubscribed');
  expect(performance.now() - endedMs).toBeLessThan(PROMISED_SECOND_MS);
});

test('PO11 a link ends on both nodes when it is time, also if the one that set it has died', async () => {
  const [one, other] = (await startNodes(2)) as [RunningServer, RunningServer];
  const ada = await signIn(one);
  const [first, second] = [await createPage(ada), await createPage(ada)];
  const bob = await NativeClient.onAuthenticated(other);
  const { channel } = await bob.open(first, { client: 2 });
  const { channel: later } = await bob.open(second, { client: 3 });
  const cem = await NativeClient.onAuthenticated(one);
  await cem.open(first, { client: 4 });
  const owner = await NativeClient.onAuthenticated(one, { guest: ada });
  const end = async (document: string, afterMs: number) => {
    const expiresAt = Date.now() + afterMs;
    const input = { document, link: 'edit', expiresAt } as const;
    await runCommand(owner, command({ name: 'link:change', input }));
    return expiresAt;
  };
  const endsAt = await end(first, 2_000);
  await Promise.all([bob.next('closed', (of) => of.channel === channel), cem.next('closed')]);
  expect(Date.now() - endsAt).toBeGreaterThanOrEqual(0);
  expect(Date.now() - endsAt).toBeLessThan(PROMISED_SECOND_MS);
  const endsAlone = await end(second, 3_000);
  await one.kill();
  await bob.next('closed', (of) => of.channel === later);
  expect(Date.now() - endsAlone).toBeGreaterThanOrEqual(0);
  expect(Date.now() - endsAlone).toBeLessThan(PROMISED_SECOND_MS);
});

test('a session that ends on one node ends on the other', async () => {
  const [one, other] = (await startNodes(2)) as [RunningServer, RunningServer];
  const ada = await signIn(one);
  const tab = await NativeClient.onAuthenticated(other, { guest: ada });
  expect((await ada.fetch('/api/session/end', { method: 'POST' })).status).toBeLessThan(300);
  expect(await tab.end()).toMatchObject({ code: 4401 });
  const again = new NativeClient(other);
  await again.opened();
  again.hello(ada.token);
  expect(await again.end()).toMatchObject({ code: 4401 });
});

/** A database, and the way to it over a link. */
async function overLink() {
  const DATABASE_URL = await createDatabase(inject('postgres'));
  const toPostgres = await PostgresLink.start(inject('postgres'));
  onTestFinished(() => toPostgres[Symbol.asyncDispose]());
  return { DATABASE_URL, cut: toPostgres.through(DATABASE_URL), link: toPostgres.link };
}

test('a node that cannot reach the database sends nothing, and sends its clients away', async () => {
  const { DATABASE_URL, cut, link } = await overLink();
  const one = await RunningServer.start({ DATABASE_URL, ENGINE_WORKERS: '1' });
  const METRICS_TOKEN = 'token-of-the-operator';
  const environment = { DATABASE_URL: cut, ENGINE_WORKERS: '1', METRICS_TOKEN };
  const other = await RunningServer.start(environment);
  const ada = await signIn(one);
  const document = await createPage(ada);
  const tab = await NativeClient.onAuthenticated(other, { guest: ada });
  await tab.open(document, { client: 1 });
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const metrics = async () => await (await fetch(`${other.url}/metrics`, { headers })).text();
  link.faults = { held: BOTH_WAYS };
  await expect.poll(metrics, { interval: 20 }).toContain('tandem_cluster_output_held 1');
  const before = tab.received.length;
  tab.send({ type: 'ping', channel: 0, nonce: 1 });
  await sleep(500);
  expect(tab.received.length).toBe(before);
  const { code } = await tab.end();
  expect(code).toBeGreaterThanOrEqual(4500);
});

test('a node that has sent its clients away lets none wait for the database', async () => {
  const { cut, link } = await overLink();
  const server = await RunningServer.start({ DATABASE_URL: cut, ENGINE_WORKERS: '1' });
  const ada = await signIn(server);
  const tab = await NativeClient.onAuthenticated(server, { guest: ada });
  link.faults = { held: BOTH_WAYS };
  await tab.end();
  const beganMs = performance.now();
  const { status, headers } = await ada.fetch('/api/session', { method: 'POST' });
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect((await ada.fetch('/api/documents')).status).toBe(503);
  expect((await ada.fetch('/healthz')).status).toBe(200);
  const again = new NativeClient(server);
  await expect(again.opened()).rejects.toThrow('does not open');
  expect(performance.now() - beganMs).toBeLessThan(PROMISED_SECOND_MS);

  link.faults = {};
  const resumedMs = performance.now();
  while ((await ada.fetch('/api/session', { method: 'POST' })).status !== 200) await sleep(50);
  expect(performance.now() - resumedMs).toBeLessThan(15_000);
  await NativeClient.onAuthenticated(server, { guest: ada });
});

test('a comment that is started on one node is answered and resolved on the other', async () => {
  const [one, other] = (await startNodes(2)) as [RunningServer, RunningServer];
  const ada = await signIn(one);
  const document = await createPage(ada);
  const writer = await NativeClient.onAuthenticated(one, { guest: ada });
  const reader = await NativeClient.onAuthenticated(other, { guest: await signIn(other) });
  for (const client of [writer, reader]) {
    await client.open(document);
    await subscribe(client, `comments:${document}`);
  }
  const input = { document, anchor: ANCHOR, text: 'Sure?', mentions: [] };
  const thread = await runCommand(writer, command({ name: 'comment:start', input }));
  const reply = { document, thread: thread.id, text: 'Yes.', mentions: [] };
  await eventually('the comment is on the other node', () =>
    eventsOf(reader).includes('comment:started'),
  );
  await runCommand(reader, command({ name: 'comment:reply', input: reply }));
  const resolution = { document, thread: thread.id, on: true };
  await runCommand(reader, command({ name: 'comment:resolve', input: resolution }));
  const late = await NativeClient.onAuthenticated(other, { guest: ada });
  const { state } = await subscribe(late, `comments:${document}`);
  expect(state).toMatchObject({
    threads: [
      {
        id: thread.id,
        anchor: ANCHOR,
        resolved: { at: expect.any(Number) },
        messages: [{ number: 1, text: 'Sure?', author: { id: ada.user.id } }, { number: 2 }],
      },
    ],
    head: 2,
  });
  await eventually('both have everything', () =>
    [writer, reader].every(
      (client) => eventsOf(client).join() === 'comment:started,comment:replied,comment:resolved',
    ),
  );
});

function eventsOf(client: NativeClient): string[] {
  return client.received.flatMap((message) =>
    message.type === 'events' ? message.events.map(({ name }) => name) : [],
  );
}
