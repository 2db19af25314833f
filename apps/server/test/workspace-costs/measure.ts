/**
 * Measures a large workspace of one person on both databases, through a server, and prints a table:
 *
 * node test/workspace-costs/measure.mjs [documents]
 *
 * Each document has a hundred words, three in ten of them Japanese, in a tree of three levels.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@tandem/testkit';
import { writePage } from '@tandem/document';
import * as Y from 'yjs';
import { systemClock } from '../../src/runtime/clock.ts';
import { createDocument } from '../../src/storage/documents.ts';
import { moveInTree } from '../../src/storage/document-tree.ts';
import {
  describeSqlite,
  openJournal,
  openMetadata,
  openSearch,
  type StorageDescription,
} from '../../src/storage/storage.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';

const WORDS = 100;
const BRANCHES = 10;
const VOCABULARY = 20_000;
const SAMPLES = 200;
/** The server lets a person read so often. */
const PAUSE_MS = 55;
const STARTED_AT = Date.UTC(2026, 0);

const documents = Number(process.argv[2] ?? 10_000);
const folder = await mkdtemp(join(tmpdir(), 'tandem-workspace-'));
const sqlite = describeSqlite(join(folder, 'tandem.db'));
await measure('SQLite', sqlite, { DATA_DIR: folder });
{
  await using server = await PostgresServer.start();
  const DATABASE_URL = await server.createDatabase();
  const storage = { kind: 'postgres', url: DATABASE_URL, node: 'measure' } as const;
  const DATA_DIR = await mkdtemp(join(folder, 'data-'));
  await measure('Postgres', storage, { DATA_DIR, DATABASE_URL });
}
await rm(folder, { recursive: true });

type Environment = Readonly<Record<string, string>>;

async function measure(name: string, storage: StorageDescription, env: Environment): Promise<void> {
  const person = await signIn(env);
  const random = new SeededRandom(1);
  const vocabulary = Array.from({ length: VOCABULARY }, () => wordOf(random));
  await fill(name, storage, { owner: person.id, random, vocabulary });

  const startMs = performance.now();
  await using server = await start(env);
  console.log(`${name}: cold start ${(performance.now() - startMs).toFixed(0)} ms`);
  const read = (path: string) => server.read(path, person.cookie);
  const first = performance.now();
  await read('/api/documents/tree');
  console.log(`${name}: first page of the tree ${(performance.now() - first).toFixed(1)} ms`);
  await sample(`${name}: page of the tree`, () => read('/api/documents/tree'));
  await sample(`${name}: inside a document`, () =>
    read(`/api/documents/tree?in=${idOf(random.int(0, Math.floor(documents / BRANCHES) - 1))}`),
  );
  await sample(`${name}: page of the list`, () => read('/api/documents'));
  const search = (words: () => string) => () =>
    read(`/api/search?text=${encodeURIComponent(words())}`);
  const word = () => vocabulary[skewed(random)]!;
  await sample(`${name}: search for a word`, search(word));
  await sample(
    `${name}: for two`,
    search(() => `${word()} ${word()}`),
  );
  await sample(
    `${name}: for a beginning`,
    search(() => word().slice(0, 3)),
  );
  await sample(
    `${name}: with a wrong letter`,
    search(() => `${word()}q`),
  );
}

async function fill(
  name: string,
  storage: StorageDescription,
  { owner, random, vocabulary }: { owner: string; random: SeededRandom; vocabulary: string[] },
): Promise<void> {
  const db = await openMetadata(storage, systemClock);
  await using journal = openJournal(storage);
  await using index = openSearch(storage, db);
  let indexedMs = 0;
  for (let i = 0; i < documents; i++) {
    const words = Array.from({ length: WORDS }, () => vocabulary[skewed(random)]!);
    const [id, at] = [idOf(i), STARTED_AT + i];
    const title = `${words[0]!} ${words[1]!}`;
    await createDocument(db, { id, kind: 'page', title, owner, at });
    const parent = i < BRANCHES ** 2 ? null : idOf(Math.floor(i / BRANCHES));
    if (parent !== null) await moveInTree(db, id, { parent, position: positionOf(i) });
    const page = new Y.Doc();
    const text = words.join(' ');
    writePage(page, [{ type: 'textBlock', content: [{ type: 'text', text }] }], randomBytes);
    const update = Y.encodeStateAsUpdate(page);
    await journal.create({ document: id, epoch: 'life', kind: 'page' });
    await journal.append([
      {
        ...{ document: id, epoch: 'life', id: `b${i}`, base: 0, tail: null, owners: new Map() },
        rows: [{ offset: 1, update, user: owner, subscription: 1, cseq: 1, at }],
        bytes: update.byteLength,
      },
    ]);
    const beganMs = performance.now();
    await index.update([{ document: id, parts: [text], links: [], epoch: 'life', offset: 1, at }]);
    indexedMs += performance.now() - beganMs;
  }
  await db.destroy();
  console.log(
    `${name}: ${documents} documents of ${WORDS} words, indexed in ${(indexedMs / 1_000).toFixed(1)} s`,
  );
}

async function signIn(env: Environment): Promise<{ readonly id: string; readonly cookie: string }> {
  await using server = await start(env);
  const response = await fetch(`${server.url}/api/session`, { method: 'POST' });
  const cookie = response.headers.getSetCookie()[0]!.split(';', 1)[0]!;
  const { user } = (await response.json()) as { readonly user: { readonly id: string } };
  return { id: user.id, cookie };
}

async function start(env: Environment) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.js')], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '127.0.0.1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the server did not start')));
    createInterface(child.stdout).on('line', (line) => {
      const port = /"port":(\d+),"msg":"Tandem is ready/.exec(line)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
  });
  return {
    url,
    async read(path: string, cookie: string): Promise<void> {
      const response = await fetch(url + path, { headers: { Cookie: cookie } });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function sample(what: string, run: () => Promise<void>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const startMs = performance.now();
    await run();
    times.push(performance.now() - startMs);
    await sleep(PAUSE_MS);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(0.999)} ms`);
}

function idOf(number: number): string {
  return `page-${String(number).padStart(20, '0')}`;
}

/** Keys of one length, in the order of their numbers. */
function positionOf(number: number): string {
  return `a${number.toString(36).padStart(4, '0')}1`;
}

/** Few words are frequent, most are rare. */
function skewed(random: SeededRandom): number {
  return Math.floor(VOCABULARY ** random.next()) - 1;
}

function wordOf(random: SeededRandom): string {
  const isJapanese = random.next() < 0.3;
  const [from, count] = isJapanese ? [0x4e00, 2_000] : [0x61, 26];
  const length = isJapanese ? random.int(2, 4) : random.int(3, 10);
  return String.fromCodePoint(...Array.from({ length }, () => from + random.int(0, count - 1)));
}
