/** The engine in the caller's thread, which it blocks; for tests and tools. */
import { systemClock, type Clock } from '../runtime/clock.ts';
import { noWorkerProgress } from '../runtime/worker-progress.ts';
import type { Journal } from '../storage/journal/journal.ts';
import { CompactionQueue } from './compaction-queue.ts';
import { compactDocument } from './compactor.ts';
import type { Engine, EngineNotice } from './port.ts';
import { rulesFor } from './rules.ts';
import { ShardClient } from './shard-client.ts';
import { ShardWorker } from './shard-worker.ts';
import { ShardedEngine } from './sharded-engine.ts';

export interface LocalEngineOptions {
  readonly journal: Journal;
  readonly clock?: Clock | undefined;
  readonly defer?: ((run: () => void) => void) | undefined;
  readonly random?: (() => number) | undefined;
  readonly isShared?: boolean | undefined;
}

export function createLocalEngine({
  journal,
  clock = systemClock,
  defer = setImmediate,
  random = Math.random,
  isShared = false,
}: LocalEngineOptions): Engine {
  const notify = (notices: readonly EngineNotice[]) => engine.notify(notices);
  const compactions = new CompactionQueue({
    clock,
    compact: (document) => {
      void compactDocument(document, { journal, progress: noWorkerProgress }).then((outcome) =>
        compactions.done({ document, outcome }),
      );
    },
    onDone: (document, outcome) => shard.send({ kind: 'compacted', document, outcome }),
    onNotices: notify,
  });
  compactions.start();
  const shard = new ShardClient({
    shard: 0,
    clock,
    defer,
    onNotices: notify,
    onCompactions: (documents) => compactions.add(documents),
  });
  const worker = new ShardWorker({
    shard: 0,
    journal,
    isShared,
    runtime: { clock, random, defer },
    progress: noWorkerProgress,
    rules: rulesFor,
    emit: (turn) => shard.receive(turn),
  });
  const stop = async () => {
    shard.flush();
    await worker[Symbol.asyncDispose]();
    shard.end();
  };
  const engine = new ShardedEngine({ shards: [{ shard, restarts: 0 }], compactions, stop });
  shard.connect((requests) => worker.receive(requests));
  return engine;
}
