/** The thread of one shard. */
import { systemClock } from '../runtime/clock.ts';
import type { ShardRequest, ShardTurn } from './shard-message.ts';
import { ShardWorker } from './shard-worker.ts';
import { rulesFor } from './rules.ts';
import { SqliteJournal } from '../storage/journal/sqlite-journal.ts';
import { databaseErrors } from '../storage/storage-error.ts';
import { SharedWriteLock } from '../storage/sqlite/write-lock.ts';
import { runWorker } from '../runtime/worker-thread.ts';

export interface EngineWorkerData {
  readonly path: string;
  /** See `write-lock.ts`. */
  readonly lock: SharedArrayBuffer;
  readonly shard: number;
}

runWorker<EngineWorkerData, readonly ShardRequest[], ShardTurn>({
  errors: databaseErrors,
  create({ data, progress, send }) {
    const host = new ShardWorker({
      shard: data.shard,
      journal: SqliteJournal.open(data.path, { lock: new SharedWriteLock(data.lock) }),
      clock: systemClock,
      progress,
      rules: rulesFor,
      emit: send,
      defer: setImmediate,
    });
    host.start();
    return host;
  },
});
