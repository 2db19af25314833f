/**
 * Measures the engine through its real workers, and prints a table:
 *
 * node test/engine/measure.mjs [trace.json.gz]
 *
 * Appends prepared updates, with `WINDOW` of each document in flight. CPU is that of the whole
 * process,
 * including the gateway's end. With a trace (as of `automerge-paper.json.gz`:
 * `{ txns: [{ patches: [[position, deleted, inserted]] }] }`) it also measures how long a document
 * with all those edits takes to open, from its rows and from its snapshot.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';
import { openDatabase } from '../../src/storage/sqlite/database.ts';
import { LocalExecutor } from '../../src/storage/sqlite/executor.ts';
import { describeSqlite } from '../../src/storage/storage.ts';
import { SqliteJournal } from '../../src/storage/sqlite/sqlite-journal.ts';
import { createWorkerEngine } from '../../src/engine/worker-engine.ts';
import type { Engine } from '../../src/engine/port.ts';

const WINDOW = 16;
const SECONDS = 4;

const folder = await mkdtemp(join(tmpdir(), 'tandem-measure-'));
for (const documents of [1, 20, 100]) {
  for (const window of [1, WINDOW]) await measureAppends(documents, window);
}
const trace = process.argv[2];
if (trace !== undefined) await measureOpening(trace);
await rm(folder, { recursive: true });

async function createFile(name: string): Promise<string> {
  const path = join(folder, name);
  await (await openDatabase(new LocalExecutor(path))).destroy();
  return path;
}

async function measureAppends(documents: number, window: number): Promise<void> {
  const engine = await createWorkerEngine({
    storage: describeSqlite(await createFile(`${documents}-${window}.db`)),
    workers: 2,
  });
  const perDocument = Math.ceil(120_000 / documents);
  const updates = typing(perDocument);
  const next = new Map<number, number>();
  const sentAt = new Map<number, number[]>();
  const latencies: number[] = [];
  let acknowledged = 0;
  let isOver = false;

  const send = (subscription: number) => {
    const cseq = next.get(subscription)! + 1;
    const update = updates[cseq - 1];
    if (isOver || update === undefined) return;
    next.set(subscription, cseq);
    sentAt.get(subscription)!.push(performance.now());
    engine.request({
      kind: 'append',
      document: `document-${subscription}`,
      subscription,
      cseq,
      user: 'ada',
      update,
    });
  };
  let opened = 0;
  const done = new Map<number, number>();
  engine.onNotices((notices) => {
    const now = performance.now();
    for (const notice of notices) {
      if (notice.kind === 'answered') opened++;
      if (notice.kind === 'refused') throw new Error(notice.error.message);
      if (notice.kind !== 'committed') continue;
      for (const { subscription, cseq } of notice.acks) {
        const count = cseq - (done.get(subscription) ?? 0);
        done.set(subscription, cseq);
        acknowledged += count;
        for (const at of sentAt.get(subscription)!.splice(0, count)) latencies.push(now - at);
        for (let i = 0; i < count; i++) send(subscription);
      }
    }
  });
  for (let i = 1; i <= documents; i++) {
    await engine.create({ document: `document-${i}`, kind: 'data', user: 'ada' });
    next.set(i, 0);
    sentAt.set(i, []);
    engine.request({ kind: 'open', document: `document-${i}`, subscription: i, user: 'ada' });
  }
  while (opened < documents) await new Promise(setImmediate);

  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 1; i <= documents; i++) for (let n = 0; n < window; n++) send(i);
  while (performance.now() - start < SECONDS * 1_000 && acknowledged < perDocument * documents)
    await pause(20);
  const seconds = (performance.now() - start) / 1_000;
  const used = process.cpuUsage(cpu);
  const total = acknowledged;
  isOver = true;
  const { shards, compactions } = engine.stats();
  const commits = shards.reduce((sum, shard) => sum + shard.commits, 0);
  await engine[Symbol.asyncDispose]();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)]?.toFixed(2);
  console.log(
    `${documents} documents, ${window} under way: ${Math.round(total / seconds)} acknowledged/s, ` +
      `${Math.round((used.user + used.system) / total)} µs CPU each, ${(total / commits).toFixed(1)} rows a commit, ` +
      `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, ${compactions} compactions`,
  );
}

async function measureOpening(trace: string): Promise<void> {
  const path = await createFile('opening.db');
  await writePaper(path, editsOf(trace));
  const compactions = await measureOpen('from rows', path, 1);
  console.log(`compacted ${compactions} time(s)`);
  await measureOpen('from the snapshot', path, 0);
}

async function writePaper(path: string, updates: readonly Uint8Array[]): Promise<void> {
  await using journal = SqliteJournal.open(path);
  await journal.create({ document: 'paper', epoch: 'life', kind: 'data' });
  const rows = updates.map((update, i) => ({
    offset: i + 1,
    update,
    user: 'ada',
    subscription: 1,
    cseq: i + 1,
    at: 0,
  }));
  await journal.append([
    {
      document: 'paper',
      epoch: 'life',
      id: 'b',
      base: 0,
      tail: null,
      rows,
      owners: new Map(),
      bytes: 0,
    },
  ]);
  console.log(`${updates.length} edits, ${(await stat(path)).size} bytes of file`);
}

async function measureOpen(name: string, path: string, compactions: number): Promise<number> {
  const engine = await createWorkerEngine({ storage: describeSqlite(path), workers: 2 });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cold = await timeToOpen(engine, 1);
  const warm = await timeToOpen(engine, 2);
  delay.disable();
  while (engine.stats().compactions < compactions) await pause(20);
  console.log(
    `open ${name}: ${cold} ms cold, ${warm} ms warm, main loop delayed by ${(delay.max / 1e6).toFixed(1)} ms at most`,
  );
  await engine[Symbol.asyncDispose]();
  return engine.stats().compactions;
}

async function timeToOpen(engine: Engine, subscription: number): Promise<number> {
  const start = performance.now();
  await new Promise<void>((resolve) => {
    engine.onNotices((notices) => {
      if (notices.some((notice) => notice.kind === 'answered')) resolve();
    });
    engine.request({ kind: 'open', document: 'paper', subscription, user: 'ada' });
  });
  return Math.round(performance.now() - start);
}

function typing(count: number): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let i = 0; i < count; i++) doc.getText('text').insert(i, 'x');
  return updates;
}

function editsOf(trace: string): Uint8Array[] {
  const { txns } = JSON.parse(gunzipSync(readFileSync(trace)).toString()) as {
    txns: { patches: [position: number, deleted: number, inserted: string][] }[];
  };
  const updates: Uint8Array[] = [];
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = doc.getText('text');
  for (const { patches } of txns) {
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== '') text.insert(position, inserted);
      }
    });
  }
  return updates;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
