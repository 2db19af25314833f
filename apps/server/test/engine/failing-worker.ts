/**
 * An engine worker that does what a hostile update or a bug would make it do, when an update holds one
 * of these words: FREEZE never returns, BLOAT takes all memory, COLLAPSE does so in the middle of the
 * transaction that commits it. Loading the document `heavy` takes all memory as well.
 */
import type { Batch } from '@tandem/sync';
import { systemClock } from '../../src/runtime/clock.ts';
import type { EngineWorkerData } from '../../src/engine/engine-worker.ts';
import type { ShardRequest, ShardTurn } from '../../src/engine/shard-message.ts';
import { ShardWorker } from '../../src/engine/shard-worker.ts';
import type { Journal } from '../../src/storage/journal/journal.ts';
import { rulesFor } from '../../src/engine/rules.ts';
import { SqliteJournal } from '../../src/storage/journal/sqlite-journal.ts';
import { databaseErrors } from '../../src/storage/storage-error.ts';
import { SharedWriteLock } from '../../src/storage/sqlite/write-lock.ts';
import { runWorker } from '../../src/runtime/worker-thread.ts';
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts';

runWorker<EngineWorkerData, readonly ShardRequest[], ShardTurn>({
  errors: databaseErrors,
  create({ data, progress, send }) {
    const lock = new SharedWriteLock(data.lock);
    const sqlite = openSqlite(data.path);
    const inner = SqliteJournal.over(sqlite, lock);
    const journal: Journal = {
      create: (birth) => inner.create(birth),
      compact: (compaction) => inner.compact(compaction),
      snapshot: (document) => inner.snapshot(document),
      async load(document) {
        if (document === 'heavy') {
          progress.begin({ phase: 'load', document, subscription: 0, cseq: 0, budgetMs: 60_000 });
          bloat();
        }
        return await inner.load(document);
      },
      async append(batches: readonly Batch[]) {
        if (batches.some(({ rows }) => rows.some(({ update }) => holds(update, 'COLLAPSE')))) {
          lock.hold(() => {
            sqlite.exec('BEGIN IMMEDIATE');
            for (const { document } of batches)
              sqlite.exec(`UPDATE journal SET head = head + 1 WHERE document = '${document}'`);
            bloat();
          });
        }
        return await inner.append(batches);
      },
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    };
    const host = new ShardWorker({
      shard: data.shard,
      journal,
      clock: systemClock,
      progress,
      rules: (kind) => {
        const rules = rulesFor(kind);
        return {
          ...rules,
          validateUpdate(update, context) {
            if (holds(update, 'FREEZE')) for (;;);
            if (holds(update, 'BLOAT')) {
              // However slow this machine is now: it is to fail by the memory, not by the time.
              progress.extend(60_000);
              bloat();
            }
            return rules.validateUpdate(update, context);
          },
        };
      },
      emit: send,
      defer: setImmediate,
    });
    host.start();
    return host;
  },
});

function holds(update: Uint8Array, word: string): boolean {
  return Buffer.from(update.buffer, update.byteOffset, update.byteLength).includes(word);
}

function bloat(): never {
  const hoard: unknown[] = [];
  for (;;) hoard.push(Array.from({ length: 500_000 }, Math.random));
}
