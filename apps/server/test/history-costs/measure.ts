/**
 * Measures the history of long documents on both databases, and prints a table:
 *
 * node test/history-costs/measure.mjs trace.json.gz [edits]
 *
 * The trace is one of `{ txns: [{ patches: [[position, deleted, inserted]] }] }`.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';
import { compactDocument } from '../../src/engine/compactor.ts';
import { HistoryReader } from '../../src/history/history-reader.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { noWorkerProgress } from '../../src/runtime/worker-progress.ts';
import {
  describeSqlite,
  openHistory,
  openJournal,
  openMetadata,
  type StorageDescription,
} from '../../src/storage/storage.ts';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';

const ROWS_PER_COMPACTION = 500;
const SAMPLES = 200;
const MS_PER_ROW = 400;

const [trace, edits] = process.argv.slice(2);
if (trace === undefined) throw new Error('name a trace');
const updates = editsOf(trace, Number(edits ?? 50_000));
const folder = await mkdtemp(join(tmpdir(), 'tandem-history-'));
await measure('SQLite', describeSqlite(join(folder, 'tandem.db')));
{
  await using server = await PostgresServer.start();
  await measure('Postgres', { kind: 'postgres', url: await server.createDatabase(), node: 'one' });
}
await rm(folder, { recursive: true });

async function measure(name: string, storage: StorageDescription): Promise<void> {
  const db = await openMetadata(storage, systemClock);
  await using journal = openJournal(storage);
  await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
  let tail: string | null = null;
  let compactedMs = 0;
  for (let base = 0; base < updates.length; base += ROWS_PER_COMPACTION) {
    const some = updates.slice(base, base + ROWS_PER_COMPACTION);
    const rows = some.map((update, i) => {
      const offset = base + i + 1;
      return {
        offset,
        update,
        user: 'ada',
        subscription: 1,
        cseq: offset,
        at: offset * MS_PER_ROW,
      };
    });
    const id = `b${base}`;
    await journal.append([
      { document: 'a', epoch: 'life', id, base, tail, rows, owners: new Map(), bytes: 0 },
    ]);
    tail = id;
    const startMs = performance.now();
    await compactDocument('a', { journal, progress: noWorkerProgress });
    compactedMs += performance.now() - startMs;
  }
  const stored = await db
    .selectFrom('history')
    .select(({ fn }) => [fn.countAll<number>().as('chunks')])
    .executeTakeFirstOrThrow();
  const chunks = await db
    .selectFrom('history')
    .select(['data', 'checkpoint', 'sessions'])
    .execute();
  const sizeOf = (part: (chunk: (typeof chunks)[number]) => number) =>
    chunks.reduce((sum, chunk) => sum + part(chunk), 0);
  console.log(
    `${name}: ${updates.length} edits of ${updates.reduce((sum, { byteLength }) => sum + byteLength, 0)} bytes, ` +
      `${stored.chunks} chunks: rows ${sizeOf(({ data }) => data.byteLength)}, ` +
      `checkpoints ${sizeOf(({ checkpoint }) => checkpoint?.byteLength ?? 0)}, sessions ${sizeOf(({ sessions }) => sessions.length)} bytes; ` +
      `a compaction ${(compactedMs / (updates.length / ROWS_PER_COMPACTION)).toFixed(1)} ms`,
  );
  await using reader = new HistoryReader(openHistory(storage), {
    progress: noWorkerProgress,
    clock: systemClock,
  });
  const offset = () => Math.floor(Math.random() * updates.length);
  await sample(`${name}: list`, () =>
    reader.read({ kind: 'sessions', document: 'a', before: null }),
  );
  await sample(`${name}: list before`, () =>
    reader.read({ kind: 'sessions', document: 'a', before: offset() }),
  );
  await sample(`${name}: state`, () =>
    reader.read({ kind: 'state', document: 'a', offset: offset() }),
  );
  await sample(`${name}: rows`, () => {
    const after = offset();
    return reader.read({ kind: 'rows', document: 'a', after, upTo: after + 2_000 });
  });
  await db.destroy();
}

async function sample(what: string, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const startMs = performance.now();
    await run();
    times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(0.999)} ms`);
}

function editsOf(file: string, limit: number): Uint8Array[] {
  const { txns } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
    txns: { patches: [position: number, deleted: number, inserted: string][] }[];
  };
  const written: Uint8Array[] = [];
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => written.push(update));
  const text = doc.getText('text');
  for (const { patches } of txns.slice(0, limit)) {
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== '') text.insert(position, inserted);
      }
    });
  }
  return written;
}
