/**
 * The engine in worker threads. When a worker ends, only its own shard is affected: another worker takes
 * its place, the update that ended it is refused, a document that cannot be loaded without ending a worker
 * is quarantined, and all other subscribers open again and resend what was not acknowledged.
 */
import { availableParallelism } from 'node:os';
import { errorOf } from '@tandem/protocol';
import { LRUCache } from 'lru-cache';
import { systemClock } from '../runtime/clock.ts';
import { PacedTurns } from '../runtime/paced-turns.ts';
import { SupervisedWorker, type WorkerEnd } from '../runtime/worker-supervisor.ts';
import { releaseThread, type StorageDescription } from '../storage/storage.ts';
import { storageErrors } from '../storage/storage-error.ts';
import { CompactionQueue, type CompactionDone } from './compaction-queue.ts';
import type { CompactorWorkerData } from './compactor-worker.ts';
import type { EngineWorkerData } from './engine-worker.ts';
import { QUARANTINE, SHARD_QUEUE } from './limits.ts';
import type { Engine, EngineNotice } from './port.ts';
import { ShardClient } from './shard-client.ts';
import type { ShardRequest, ShardTurn } from './shard-message.ts';
import { ShardedEngine } from './sharded-engine.ts';

/** Each one commits for itself, so that more of them write more to the disk for the same updates. */
const MAX_DEFAULT_WORKERS = 4;

export interface WorkerEngineOptions {
  readonly storage: StorageDescription;
  /** When null, one less than the processors: the main thread keeps one busy. */
  readonly workers: number | null;
  readonly maxHeapMib?: number | undefined;
  /** Other processes append to the journal, too. */
  readonly isShared?: boolean | undefined;
  readonly engineWorkerUrl?: URL | undefined;
  readonly compactorWorkerUrl?: URL | undefined;
}

/** @throws StorageError when a worker cannot open the storage. */
export async function createWorkerEngine(options: WorkerEngineOptions): Promise<Engine> {
  const { storage, maxHeapMib, isShared = false } = options;
  const workers = options.workers ?? defaultWorkers(availableParallelism());
  const notify = (notices: readonly EngineNotice[]) => engine.notify(notices);
  const compactor = new SupervisedWorker<string, CompactionDone>({
    name: 'compactor',
    workerUrl: options.compactorWorkerUrl ?? new URL('./compactor-worker.js', import.meta.url),
    workerData: { storage } satisfies CompactorWorkerData,
    errors: storageErrors,
    clock: systemClock,
    maxHeapMib,
    onMessage: (done) => compactions.done(done),
    onStarted: () => compactions.start(),
    onEnded: ({ detail }) => compactions.stop(detail),
    onExit: (threadId) => releaseThread(storage, threadId),
  });
  const compactions = new CompactionQueue({
    clock: systemClock,
    compact: (document) => compactor.post(document),
    onDone: (document, outcome) =>
      engine.shardOf(document).send({ kind: 'compacted', document, outcome }),
    onNotices: notify,
  });
  const shards = Array.from({ length: workers }, (_, shard) => {
    const workerUrl = options.engineWorkerUrl ?? new URL('./engine-worker.js', import.meta.url);
    return new WorkerShard({
      data: { storage, shard, isShared },
      workerUrl,
      maxHeapMib,
      onNotices: notify,
      onCompactions: (documents) => compactions.add(documents),
    });
  });
  const stop = async () => {
    await Promise.all(shards.map((shard) => shard[Symbol.asyncDispose]()));
    await compactor[Symbol.asyncDispose]();
  };
  const engine = new ShardedEngine({ shards, compactions, stop });
  try {
    // The first worker proves that storage can be opened; each other one starts with the first request for it.
    await Promise.all([compactor.start(), shards[0]?.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return engine;
}

export function defaultWorkers(processors: number): number {
  return Math.min(MAX_DEFAULT_WORKERS, Math.max(1, processors - 1));
}

interface WorkerShardOptions {
  readonly data: EngineWorkerData;
  readonly workerUrl: URL;
  readonly maxHeapMib: number | undefined;
  readonly onNotices: (notices: readonly EngineNotice[]) => void;
  readonly onCompactions: (documents: readonly string[]) => void;
}

class WorkerShard implements AsyncDisposable {
  readonly shard: ShardClient;
  readonly #worker: SupervisedWorker<readonly ShardRequest[], ShardTurn>;
  readonly #suspects = new LRUCache<string, true>({
    max: QUARANTINE.maxSuspects,
    ttl: QUARANTINE.suspectMs,
  });
  readonly #quarantine: ShardRequest[] = [];

  constructor({ data, workerUrl, maxHeapMib, onNotices, onCompactions }: WorkerShardOptions) {
    const { shard, storage } = data;
    const turns = new PacedTurns({
      intervalMs: SHARD_QUEUE.intervalMs,
      clock: systemClock,
      nextTurn: setImmediate,
    });
    this.shard = new ShardClient({
      shard,
      clock: systemClock,
      onNotices,
      onCompactions,
      defer: (run) => turns.run(run),
      onNeeded: () => this.#worker.startInBackground(),
    });
    this.#worker = new SupervisedWorker({
      name: `engine ${shard}`,
      workerUrl,
      workerData: data,
      errors: storageErrors,
      clock: systemClock,
      maxHeapMib,
      onMessage: (turn) => this.shard.receive(turn),
      onStarted: () => this.#connect(),
      onEnded: (end) => this.shard.disconnect(this.#handleEnd(end)),
      onExit: (threadId) => releaseThread(storage, threadId),
    });
  }

  get restarts(): number {
    return this.#worker.restarts;
  }

  start(): Promise<void> {
    return this.#worker.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.shard.flush();
    await this.#worker[Symbol.asyncDispose]();
    this.shard.end();
  }

  #connect(): void {
    if (this.#quarantine.length > 0) this.#worker.post(this.#quarantine.splice(0));
    this.shard.connect((requests) => this.#worker.post(requests));
  }

  #handleEnd({ work, cause, detail }: WorkerEnd): readonly EngineNotice[] {
    const notice: EngineNotice = {
      kind: 'error',
      what: `engine worker ${cause}`,
      document: work?.document,
      detail,
    };
    if (work === null || (cause === 'crashed' && !this.#isSuspect(work.document))) return [notice];
    const { document, subscription, cseq, phase } = work;
    switch (phase) {
      case 'apply':
        return [
          notice,
          { kind: 'refused', document, subscription, cseq, error: errorOf('invalid-update') },
        ];
      case 'load':
      case 'read':
        this.#quarantine.push({ kind: 'quarantine', document });
        return [notice];
    }
  }

  /** Documents share a worker's memory, so the first crash need not be the document's fault. */
  #isSuspect(document: string): boolean {
    const isKnown = this.#suspects.has(document);
    this.#suspects.set(document, true);
    return isKnown;
  }
}
