/** The thread of one shard. */
import { systemClock } from '../runtime/clock.ts';
import type { ShardRequest, ShardTurn } from './shard-message.ts';
import { ShardWorker } from './shard-worker.ts';
import { rulesFor } from './rules.ts';
import { SqliteJournal } from '../storage/journal/sqlite-journal.ts';
import { runWorker } from '../runtime/worker-body.ts';

export interface EngineWorkerData {
  readonly path: string;
  readonly shard: number;
}

runWorker<EngineWorkerData, readonly ShardRequest[], ShardTurn>(
  ({ data, progress, lock, send }) => {
    const host = new ShardWorker({
      shard: data.shard,
      journal: SqliteJournal.open(data.path, { lock }),
      clock: systemClock,
      progress,
      rules: rulesFor,
      emit: send,
      defer: setImmediate,
    });
    host.start();
    return host;
  },
);
