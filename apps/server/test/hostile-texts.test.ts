/** Texts that no database, encoder or screen can hold, in every text field: no client is harmed, and no text is cut. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { WebsocketProvider } from 'y-websocket-3';
import * as Y from 'yjs';
import { DatabaseSync } from '@photostructure/sqlite';
import {
  chatPage,
  documentId,
  hasVisibleText,
  libraryPage,
  MAX_CHAT_HISTORY_PAGE,
  toStorable,
  type ChannelName,
} from '@tandem/protocol';
import { ALL_HOSTILE_TEXTS } from '@tandem/testkit';
import { readAwareness } from '../src/presence/awareness-update.ts';
import { create, newDocument, runCommand } from './event-client.ts';
import { eventually } from './eventually.ts';
import { HEADER_FIELDS, HTTP_FIELDS, sendHeaders, sendRequests } from './hostile-requests.ts';
import {
  HostileSender,
  newTitle,
  Outcomes,
  asReceived,
  textOf,
  WIRE_FIELDS,
} from './hostile-sender.ts';
import { NativeClient } from './native-client.ts';
import { QuietWebSocket } from './quiet-web-socket.ts';
import { RunningServer } from './running-server.ts';
import { signIn } from './signed-in.ts';
import { TransportClient, WAYS, wordsOf } from './transport-client.ts';

/** Members, titles and excerpts are sent after a shorter delay. */
const GATHERED_MS = 1_500;
/** Senders on each transport share the texts, as rates are limited by user. */
const SENDERS = 12;

const part = (index: number): readonly string[] =>
  ALL_HOSTILE_TEXTS.filter((_, at) => at % SENDERS === index);

test('a name that is U+0000 is refused, and ends neither the server nor a JSON client in the same room', async () => {
  const server = await RunningServer.start();
  const guest = await signIn(server);
  const document = newDocument();
  const author = await NativeClient.onAuthenticated(server, { guest });
  await runCommand(author, create(document));
  await author.open(document);
  const witness = await NativeClient.onAuthenticated(server, { format: 'json' });
  await witness.open(document, { client: 2 });
  const answer = await guest.fetch('/api/me', { method: 'PATCH', body: { name: '\u0000' } });
  expect(answer.status).toBe(400);
  const { error } = (await answer.json()) as { error: { message: string } };
  expect(error.message).toMatch(/cannot be stored|visible characters/);
  await sleep(GATHERED_MS);
  expect(server.alive).toBe(true);
  expect([author.closed, witness.closed]).toEqual([null, null]);
});

test(
  'every hostile text in every field, over every transport, is whole or refused, and keeps nobody out, also after a restart',
  { timeout: 600_000 },
  async () => {
    const server = await RunningServer.start({ ADMINISTRATORS: '*' });
    const owner = await signIn(server);
    // One for each transport: broadcasts to everyone in a document take most of the time.
    const documents = WAYS.map(newDocument);
    const author = await NativeClient.onAuthenticated(server, { guest: owner });
    for (const document of documents) await runCommand(author, create(document));
    author.socket.close();
    const witnesses = await enter(server, documents, 100);
    const outcomes = new Outcomes();
    const senders: HostileSender[] = [];
    for (const [number, way] of WAYS.entries()) {
      const document = documents[number] as string;
      for (let index = 0; index < SENDERS; index++) {
        const client = 1_000 + number * SENDERS + index;
        const texts = part(index);
        senders.push(await HostileSender.join({ server, way, texts, outcomes, client, document }));
      }
    }
    await Promise.all(senders.map((sender) => sender.sendAll()));
    const some = senders.slice(0, SENDERS);
    await Promise.all(some.map((sender) => sender.sendWhatMayEnd(WAYS)));
    for (const [index, sender] of some.entries())
      await sendRequests(sender, { texts: part(index), outcomes });
    await sendHeaders({ server, guest: owner }, { texts: ALL_HOSTILE_TEXTS, outcomes });
    const { content } = await writeWithStockClient(server);
    await sleep(GATHERED_MS);
    expectWhole(server, witnesses);
    expectEachCounted(outcomes);
    expectWholeCursors(witnesses);

    await server.kill('SIGKILL');
    const again = await server.restart();
    const back = await Promise.all(senders.map((sender) => expectKept(again, sender)));
    for (const document of documents) await expectKeptChat(again, { document, senders });
    expect(await readWithStockClient(again)).toEqual(content);
    const newcomers = await enter(again, documents, 200);
    await sleep(GATHERED_MS);
    expectWhole(again, [...back, ...newcomers]);

    await again.kill('SIGKILL');
    expectNoTextInAudit(again);
    storeAsBefore(again, owner.user.id);
    const last = await again.restart();
    await TransportClient.authenticated(last, WAYS[0]!, owner);
    const others = await enter(last, documents, 300);
    await sleep(GATHERED_MS);
    expectWhole(last, others);
    const members = others.flatMap(({ received }) =>
      received.flatMap((message) => (message.type === 'presence:changed' ? message.members : [])),
    );
    expect(new Set(members.map(({ user }) => user)).size).toBe(WAYS.length);
    for (const { name } of members) expect(hasVisibleText(name), JSON.stringify(name)).toBe(true);
  },
);

async function enter(
  server: RunningServer,
  documents: readonly string[],
  first: number,
): Promise<TransportClient[]> {
  return await Promise.all(
    WAYS.map(async (way, index) => {
      const connection = await TransportClient.authenticated(server, way, await signIn(server));
      const client = first + index;
      const document = documents[(index + 1) % documents.length] as string;
      await connection.send({ type: 'open', channel: 0, ref: 0, document, client });
      await connection.next('opened');
      const names: ChannelName[] = [
        `chat:${document}`,
        `sharing:${document}`,
        'library',
        'activity',
        'dashboard',
      ];
      for (const name of names) {
        await connection.send({ type: 'subscribe', channel: 0, ref: 0, name });
        await connection.next('subscribed', (message) => message.name === name);
      }
      return connection;
    }),
  );
}

/** A client of these tests ends on a message that does not decode. */
function expectWhole(server: RunningServer, connections: readonly TransportClient[]): void {
  expect(server.alive).toBe(true);
  expect(connections.flatMap(({ end, way }) => (end === null ? [] : [wordsOf(way), end]))).toEqual(
    [],
  );
  // Errors and worse.
  expect(server.output.match(/"level":[56]0.*/g)).toBeNull();
}

function expectEachCounted(outcomes: Outcomes): void {
  const fields = [
    ...WAYS.flatMap((way) => WIRE_FIELDS.map((field) => `${field} over ${JSON.stringify(way)}`)),
    ...HTTP_FIELDS,
    ...HEADER_FIELDS,
  ];
  for (const field of fields) expect(outcomes.of(field), field).toBe(ALL_HOSTILE_TEXTS.length);
}

/** Cursors arrive as they were sent, as far as they can be stored. */
function expectWholeCursors(witnesses: readonly TransportClient[]): void {
  const known = new Set(ALL_HOSTILE_TEXTS.map(toStorable));
  const updates = witnesses.flatMap(({ received }) =>
    received.flatMap((message) => (message.type === 'awareness' ? [message.update] : [])),
  );
  let count = 0;
  for (const update of updates) {
    const reading = readAwareness(update);
    if (reading.kind === 'invalid') continue;
    for (const { state } of reading.entries) {
      if (state === null) continue;
      const { cursor } = JSON.parse(state) as { cursor: string };
      expect(known.has(cursor), JSON.stringify(cursor)).toBe(true);
      count++;
    }
  }
  expect(count).toBeGreaterThan(SENDERS);
}

async function expectKept(server: RunningServer, sender: HostileSender): Promise<TransportClient> {
  const { guest, way, place, expected } = sender;
  const headers = { Cookie: guest.cookie };
  const get = async (path: string) => {
    const answer = await fetch(server.url + path, { headers });
    expect(answer.status, path).toBe(200);
    return (await answer.json()) as { name?: string; title?: string };
  };
  expect(joinReplaced((await get('/api/me')).name)).toBe(joinReplaced(expected.name));
  expect(joinReplaced((await get(`/api/documents/${place.own}`)).title)).toBe(
    joinReplaced(expected.title),
  );
  // Other people's titles as well, whichever way they came by.
  const titles = new Set(
    WAYS.flatMap((other) =>
      ALL_HOSTILE_TEXTS.map((text) =>
        joinReplaced(newTitle.safeParse(asReceived(text, other)).data),
      ),
    ),
  );
  const { documents } = libraryPage.parse(await get('/api/documents'));
  for (const { title, excerpt } of documents) {
    const isKnown = ['Tide log', 'Welcome to Tandem', 'T', expected.title].includes(title);
    expect(isKnown || titles.has(joinReplaced(title)), JSON.stringify(title)).toBe(true);
    expect(toStorable(excerpt)).toBe(excerpt);
  }
  const answer = await fetch(`${server.url}/api/session`, { method: 'POST', headers });
  const connection = await TransportClient.authenticated(server, way, {
    ...guest,
    ...((await answer.json()) as object),
  });
  expect(textOf(await connection.read(place.own, 5))).toEqual(expected.page);
  return connection;
}

/**
 * MessagePack carries a lone surrogate as three bytes that are not UTF-8: some decoders replace each of
 * them.
 */
function joinReplaced(text: string | undefined): string | undefined {
  return text?.replaceAll(/\ufffd+/g, '\ufffd');
}

async function expectKeptChat(
  server: RunningServer,
  { document, senders }: { readonly document: string; readonly senders: readonly HostileSender[] },
): Promise<void> {
  const here = senders.filter(({ place }) => place.document === document);
  const { guest } = here[0] as HostileSender;
  const kept = new Map<string, string>();
  for (let before = Number.MAX_SAFE_INTEGER; before > 1;) {
    const query = before === Number.MAX_SAFE_INTEGER ? '' : `&before=${before}`;
    const path = `/api/documents/${document}/chat?limit=${MAX_CHAT_HISTORY_PAGE}${query}`;
    const { messages } = chatPage.parse(await (await guest.fetch(path)).json());
    for (const { id, text } of messages) kept.set(id, text);
    before = messages[0]?.number ?? 1;
  }
  const expected = new Map(here.flatMap((sender) => [...sender.expected.messages]));
  expect(kept.size).toBe(expected.size);
  for (const [id, text] of expected)
    expect(joinReplaced(kept.get(id)), JSON.stringify(text)).toBe(joinReplaced(text));
}

function stockClient(server: RunningServer) {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${server.socketUrl}/yjs`, 'hostile', doc, {
    WebSocketPolyfill: QuietWebSocket as never,
    disableBc: true,
  });
  onTestFinished(() => provider.destroy());
  return { doc, provider };
}

const contentOf = (doc: Y.Doc) => ({
  map: new Map([...doc.getMap('map').entries()].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  text: doc.getText('text').toDelta() as unknown,
  array: doc.getArray('array').toJSON(),
  xml: doc.getXmlFragment('xml').toString(),
});

async function writeWithStockClient(server: RunningServer) {
  const { doc, provider } = stockClient(server);
  await eventually('a stock client is in', () => provider.synced);
  doc.transact(() => {
    for (const text of ALL_HOSTILE_TEXTS) {
      // Refused as a name, for those who read it into an object.
      const name = text === '__proto__' ? 'proto' : text;
      doc.getMap('map').set(name, text);
      doc.getArray('array').push([[text, text]]);
      doc.getText('text').insert(0, text === '' ? ' ' : text, { [name.slice(0, 100)]: text });
      const element = new Y.XmlElement('p');
      element.setAttribute('title', text);
      doc.getXmlFragment('xml').push([element]);
    }
  });
  for (const text of ALL_HOSTILE_TEXTS)
    provider.awareness.setLocalState({ user: { name: text }, [text]: text });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  const content = contentOf(copy);
  const other = stockClient(server);
  await eventually('it is on disk', () => other.doc.getMap('map').size > 0);
  expect(contentOf(other.doc)).toEqual(content);
  return { content };
}

async function readWithStockClient(server: RunningServer) {
  const { doc, provider } = stockClient(server);
  await eventually('a stock client is in', () => provider.synced);
  return contentOf(doc);
}

/** AU2: the audit log has ids, and not a word of anybody. Some texts are what ids of documents may be. */
function expectNoTextInAudit({ dataDir }: RunningServer): void {
  const sqlite = new DatabaseSync(join(dataDir, 'tandem.db'));
  const rows = sqlite.prepare('select * from audit').all();
  sqlite.close();
  expect(rows.length).toBeGreaterThan(SENDERS);
  const written = new Set(rows.flatMap((row) => Object.values(row).map(String)));
  const all = [...written].join('\n');
  for (const text of ALL_HOSTILE_TEXTS) {
    if (documentId.safeParse(text).success) continue;
    expect(text !== '' && written.has(text), JSON.stringify(text)).toBe(false);
    if (text.trim().length > 2) expect(all.includes(text), JSON.stringify(text)).toBe(false);
  }
}

/** Earlier versions checked less and stored such values: a name of U+0000 came out empty. */
function storeAsBefore({ dataDir }: RunningServer, user: string): void {
  const sqlite = new DatabaseSync(join(dataDir, 'tandem.db'));
  sqlite.prepare("update user set name = '' where id = ?").run(user);
  sqlite.exec("update document set title = 'a' || char(0) || 'b', excerpt = char(0)");
  sqlite.exec('update message set text = char(0) || char(10) where number % 2 = 0');
  sqlite.close();
}
