/**
 * An engine worker that fails like under a hostile update or a bug when an update contains one of
 * these words: FREEZE never returns, BLOAT exhausts the memory, COLLAPSE does so within the
 * transaction that commits it. Loading the document `heavy` exhausts the memory too.
 */
import type { Batch } from '@tandem/sync';
import { systemClock } from '../../src/runtime/clock.ts';
import type { EngineWorkerData } from '../../src/engine/engine-worker.ts';
import type { ShardRequest, ShardTurn } from '../../src/engine/shard-message.ts';
import { ShardWorker } from '../../src/engine/shard-worker.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { rulesFor } from '../../src/engine/rules.ts';
import { SqliteJournal } from '../../src/storage/sqlite/sqlite-journal.ts';
import { storageErrors } from '../../src/storage/storage-error.ts';
import { SharedWriteLock } from '../../src/storage/sqlite/write-lock.ts';
import { runWorker } from '../../src/runtime/worker-thread.ts';
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts';

runWorker<EngineWorkerData, readonly ShardRequest[], ShardTurn>({
  errors: storageErrors,
  create({ data, progress, send }) {
    const { storage } = data;
    if (storage.kind !== 'sqlite') throw new Error('This worker fails with SQLite only.');
    const lock = new SharedWriteLock(storage.lock);
    const sqlite = openSqlite(storage.path);
    const inner = SqliteJournal.over(sqlite, lock);
    const journal: Journal = {
      create: (init) => inner.create(init),
      delete: (document, options) => inner.delete(document, options),
      readForCompaction: (document, upTo) => inner.readForCompaction(document, upTo),
      compact: (compaction) => inner.compact(compaction),
      snapshot: (document) => inner.snapshot(document),
      readLater: () => inner.readLater(),
      async load(document) {
        if (document === 'heavy') {
          progress.begin({ phase: 'load', document, subscription: 0, cseq: 0, budgetMs: 60_000 });
          bloat();
        }
        return await inner.load(document);
      },
      async append(batches: readonly Batch[]) {
        if (batches.some(({ rows }) => rows.some(({ update }) => contains(update, 'COLLAPSE')))) {
          lock.run(() => {
            sqlite.exec('BEGIN IMMEDIATE');
            for (const { document } of batches)
              sqlite.exec(
                `UPDATE journal SET settled = settled + 1 WHERE document = '${document}'`,
              );
            bloat();
          });
        }
        return await inner.append(batches);
      },
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    };
    return new ShardWorker({
      shard: data.shard,
      journal,
      isShared: data.isShared,
      runtime: { clock: systemClock, random: Math.random, defer: setImmediate },
      progress,
      rules: (kind) => {
        const rules = rulesFor(kind);
        return {
          ...rules,
          validateUpdate(update, context) {
            if (contains(update, 'FREEZE')) for (;;);
            if (contains(update, 'BLOAT')) {
              // Memory must run out before the time limit, also on slow machines.
              progress.extend(60_000);
              bloat();
            }
            return rules.validateUpdate(update, context);
          },
        };
      },
      emit: send,
    });
  },
});

function contains(update: Uint8Array, word: string): boolean {
  return Buffer.from(update.buffer, update.byteOffset, update.byteLength).includes(word);
}

function bloat(): never {
  const memory: unknown[] = [];
  for (;;) memory.push(Array.from({ length: 500_000 }, Math.random));
}
