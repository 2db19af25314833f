/** The thread of one shard. */
import { systemClock } from '../runtime/clock.ts';
import { runWorker } from '../runtime/worker-thread.ts';
import { openJournal, type StorageDescription } from '../storage/storage.ts';
import { storageErrors } from '../storage/storage-error.ts';
import { rulesFor } from './rules.ts';
import type { ShardRequest, ShardTurn } from './shard-message.ts';
import { ShardWorker } from './shard-worker.ts';

export interface EngineWorkerData {
  readonly storage: StorageDescription;
  readonly shard: number;
  readonly isShared: boolean;
}

runWorker<EngineWorkerData, readonly ShardRequest[], ShardTurn>({
  errors: storageErrors,
  create({ data, progress, send }) {
    return new ShardWorker({
      shard: data.shard,
      journal: openJournal(data.storage),
      isShared: data.isShared,
      runtime: { clock: systemClock, random: Math.random, defer: setImmediate },
      progress,
      rules: rulesFor,
      emit: send,
    });
  },
});
