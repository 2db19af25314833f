/**
 * Repeats `kill -9` while people write numbered paragraphs into shared documents and record which
 * were reported as saved. After each restart, and in the end with new clients, no saved paragraph
 * may be missing or duplicated.
 *
 *     pnpm --filter @tandem/e2e kills [count] [--seed n]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentSession } from '@tandem/client';
import { SeededRandom } from '@tandem/testkit';
import * as Y from 'yjs';
import { Server } from '../harness/server.ts';
import { createBot, waitForSession } from '../load/bot.ts';

const DOCUMENTS = 3;
const WRITERS_PER_DOCUMENT = 3;
/** The root of a page's text, in which a marker begins each block. */
const PAGE_ROOT = 'text';
const MAX_LIFE_MS = 1_200;
const MAX_DEATH_MS = 150;
const MAX_UNCONFIRMED = 200;

interface Writer {
  readonly name: string;
  readonly session: DocumentSession;
  readonly document: string;
  written: number;
  saved: number;
}

const [countArgument = '200', ...flags] = process.argv
  .slice(2)
  .filter((argument) => argument !== '--');
const kills = Number(countArgument);
const seed = Number(flags[flags.indexOf('--seed') + 1] ?? Date.now() % 2 ** 31);
const random = new SeededRandom(seed);
await using server = await Server.create();

const owner = await createBot(server.url);
const documents = await Promise.all(Array.from({ length: DOCUMENTS }, () => createPage()));
const bots = await Promise.all(
  Array.from({ length: DOCUMENTS * WRITERS_PER_DOCUMENT }, () => createBot(server.url)),
);
const writers = await Promise.all(
  bots.map(async (bot, index): Promise<Writer> => {
    const document = documents[index % DOCUMENTS] as string;
    return { name: `w${index}`, session: await bot.open(document), document, written: 0, saved: 0 };
  }),
);
for (const writer of writers) {
  writer.session.onChange(() => {
    if (writer.session.pending === 0 && writer.session.status.kind === 'saved')
      writer.saved = writer.written;
  });
}

let isDone = false;
let lostAfterAKill = 0;
const writing = writers.map((writer) => write(writer));
for (let kill = 1; kill <= kills; kill++) {
  await sleep(random.next() * MAX_LIFE_MS);
  await server.kill();
  const saved = writers.map((writer) => ({ writer, saved: writer.saved }));
  await sleep(random.next() * MAX_DEATH_MS);
  await server.start();
  if (kill % 20 === 0 || kill === kills) lostAfterAKill += await missingFor(saved);
}
isDone = true;
await Promise.all(writing);
await Promise.all(
  writers.map(({ session }) => waitForSession(session, ({ status }) => status.kind === 'saved')),
);

const texts = await readDocuments();
const counts = countParagraphs(texts);
let lost = 0;
let duplicated = 0;
let total = 0;
for (const { name, document, written } of writers) {
  total += written;
  for (let number = 1; number <= written; number++) {
    const count = counts.get(document)?.get(`${name}:${number}`) ?? 0;
    if (count === 0) lost++;
    if (count > 1) duplicated++;
  }
}
const diverged = writers.filter(
  ({ session, document }) => textOf(session.doc).join() !== texts.get(document)?.join(),
).length;
await Promise.all([owner, ...bots].map((bot) => bot[Symbol.asyncDispose]()));
process.stdout.write(
  `${kills} kills (seed ${seed}), ${total} paragraphs by ${writers.length} writers in ${DOCUMENTS} documents: ` +
    `saved and missing after a kill ${lostAfterAKill}, lost ${lost}, twice ${duplicated}, copies that differ ${diverged}\n`,
);
process.exitCode = lostAfterAKill + lost + duplicated + diverged === 0 && total > kills ? 0 : 1;

async function write(writer: Writer): Promise<void> {
  const writerRandom = new SeededRandom(seed + writer.name.length + Number(writer.name.slice(1)));
  while (!isDone) {
    await sleep(writerRandom.next() * 20);
    if (writer.session.pending > MAX_UNCONFIRMED) continue;
    const { doc } = writer.session;
    const text = doc.getText(PAGE_ROOT);
    const starts = blockStarts(doc);
    const at = starts[writerRandom.int(0, starts.length - 1)] ?? 0;
    const number = ++writer.written;
    doc.transact(() => {
      text.insertEmbed(at, { id: `${writer.name}-${number}`, free: true });
      text.insert(at + 1, `${writer.name}:${number}`);
    });
  }
}

function blockStarts(doc: Y.Doc): number[] {
  const starts: number[] = [];
  let at = 0;
  for (const { insert } of deltaOf(doc)) {
    if (typeof insert !== 'string') starts.push(at);
    at += typeof insert === 'string' ? insert.length : 1;
  }
  return [...starts, at];
}

function deltaOf(doc: Y.Doc): { readonly insert: unknown }[] {
  return doc.getText(PAGE_ROOT).toDelta() as { insert: unknown }[];
}

async function createPage(): Promise<string> {
  const id = Buffer.from(random.bytes(16)).toString('base64url');
  const body = JSON.stringify({ id, title: 'Kills' });
  const response = await owner.fetch(`${server.url}/api/session`, { method: 'POST' });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  const headers = { 'content-type': 'application/json' };
  const created = await owner.fetch(`${server.url}/api/documents`, {
    method: 'POST',
    headers,
    body,
  });
  if (!created.ok) throw new Error(`no document: ${created.status} ${await created.text()}`);
  return id;
}

async function missingFor(saved: readonly { writer: Writer; saved: number }[]): Promise<number> {
  const found = countParagraphs(await readDocuments());
  let missing = 0;
  for (const { writer, saved: upTo } of saved) {
    for (let number = 1; number <= upTo; number++) {
      if (!found.get(writer.document)?.has(`${writer.name}:${number}`)) missing++;
    }
  }
  return missing;
}

async function readDocuments(): Promise<ReadonlyMap<string, readonly string[]>> {
  await using reader = await createBot(server.url);
  const read = new Map<string, readonly string[]>();
  for (const document of documents) read.set(document, textOf((await reader.open(document)).doc));
  return read;
}

function textOf(doc: Y.Doc): string[] {
  return deltaOf(doc).flatMap(({ insert }) => (typeof insert === 'string' ? [insert] : []));
}

function countParagraphs(
  read: ReadonlyMap<string, readonly string[]>,
): Map<string, Map<string, number>> {
  const counted = new Map<string, Map<string, number>>();
  for (const [document, blocks] of read) {
    const counts = new Map<string, number>();
    for (const text of blocks) counts.set(text, (counts.get(text) ?? 0) + 1);
    counted.set(document, counts);
  }
  return counted;
}
