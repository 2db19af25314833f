/**
 * The engine in worker threads. A worker that ends takes nobody else's documents with it: another
 * one takes its place, the update that ended it is refused, a document that cannot be loaded without
 * ending it is kept out, and everybody else opens anew and sends again what was not acknowledged.
 */
import { errorOf } from '@tandem/protocol';
import { databaseErrors } from '../storage/storage-error.ts';
import { releaseWriteLock, writeLockMemory } from '../storage/sqlite/write-lock.ts';
import type { CompactorWorkerData } from './compactor-worker.ts';
import { CompactionQueue, type CompactionDone } from './compaction-queue.ts';
import { systemClock } from '../runtime/clock.ts';
import type { EngineWorkerData } from './engine-worker.ts';
import type { ShardRequest, ShardTurn } from './shard-message.ts';
import { SUSPECT_MS } from './limits.ts';
import type { Engine, EngineNotice } from './port.ts';
import { ShardClient } from './shard-client.ts';
import { ShardedEngine } from './sharded-engine.ts';
import { SupervisedWorker, type WorkerEnd } from '../runtime/worker-supervisor.ts';

export interface WorkerEngineOptions {
  /** The database file, with all its tables. */
  readonly path: string;
  /** Threads that keep documents. */
  readonly workers: number;
  readonly maxHeapMib?: number | undefined;
  /** Where the bundled workers are; beside this file unless a test puts them elsewhere. */
  readonly engineWorkerUrl?: URL | undefined;
  readonly compactorWorkerUrl?: URL | undefined;
}

/** @throws DatabaseError when the file cannot be used. */
export async function createWorkerEngine(options: WorkerEngineOptions): Promise<Engine> {
  const { path, workers, maxHeapMib } = options;
  const lock = writeLockMemory(path);
  const notify = (notices: readonly EngineNotice[]) => engine.notify(notices);
  const compactor = new SupervisedWorker<string, CompactionDone>({
    name: 'compactor',
    workerUrl: options.compactorWorkerUrl ?? new URL('./compactor-worker.js', import.meta.url),
    workerData: { path, lock } satisfies CompactorWorkerData,
    errors: databaseErrors,
    clock: systemClock,
    maxHeapMib,
    onMessage: (done) => compactions.done(done),
    onStarted: () => compactions.start(),
    onEnded: ({ detail }) => compactions.stop(detail),
    onExit: (threadId) => releaseWriteLock(lock, threadId),
  });
  const compactions = new CompactionQueue({
    compact: (document) => compactor.post(document),
    onDone: (document, outcome) =>
      engine.shardOf(document).send({ kind: 'compacted', document, outcome }),
    onNotices: notify,
  });
  const shards = Array.from({ length: workers }, (_, shard) => {
    const workerUrl = options.engineWorkerUrl ?? new URL('./engine-worker.js', import.meta.url);
    return new WorkerShard({
      shard,
      path,
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
    await Promise.all([compactor.start(), ...shards.map((shard) => shard.start())]);
  } catch (error) {
    await stop();
    throw error;
  }
  return engine;
}

interface WorkerShardOptions {
  readonly shard: number;
  readonly path: string;
  readonly workerUrl: URL;
  readonly maxHeapMib: number | undefined;
  readonly onNotices: (notices: readonly EngineNotice[]) => void;
  readonly onCompactions: (documents: readonly string[]) => void;
}

class WorkerShard implements AsyncDisposable {
  readonly shard: ShardClient;
  readonly #worker: SupervisedWorker<readonly ShardRequest[], ShardTurn>;
  /** Documents that were being worked on when a worker ran out of memory, and when. */
  readonly #suspects = new Map<string, number>();
  readonly #quarantine: ShardRequest[] = [];

  constructor({
    shard,
    path,
    workerUrl,
    maxHeapMib,
    onNotices,
    onCompactions,
  }: WorkerShardOptions) {
    this.shard = new ShardClient({
      shard,
      clock: systemClock,
      onNotices,
      onCompactions,
      defer: setImmediate,
    });
    const lock = writeLockMemory(path);
    this.#worker = new SupervisedWorker({
      name: `engine ${shard}`,
      workerUrl,
      workerData: { path, shard, lock } satisfies EngineWorkerData,
      errors: databaseErrors,
      clock: systemClock,
      maxHeapMib,
      onMessage: (turn) => this.shard.receive(turn),
      onStarted: () => this.#connect(),
      onEnded: (end) => this.shard.disconnect(this.#verdict(end)),
      onExit: (threadId) => releaseWriteLock(lock, threadId),
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

  /** What is to be said about the work that a worker ended with. */
  #verdict(end: WorkerEnd): readonly EngineNotice[] {
    const { work, cause, detail } = end;
    const incident: EngineNotice = {
      kind: 'incident',
      what: `engine worker ${cause}`,
      document: work?.document,
      detail,
    };
    if (work === null || (cause === 'crashed' && !this.#isSuspect(work.document)))
      return [incident];
    const { document, subscription, cseq, phase } = work;
    switch (phase) {
      case 'apply':
        return [
          incident,
          { kind: 'refused', document, subscription, cseq, error: errorOf('invalid-update') },
        ];
      case 'load':
      case 'read':
        this.#quarantine.push({ kind: 'quarantine', document });
        return [incident];
    }
  }

  /**
   * Memory that all documents of a worker share runs out while one of them is worked on, which need
   * not be its fault: the first time, it is only remembered.
   */
  #isSuspect(document: string): boolean {
    const now = systemClock.now();
    for (const [name, atMs] of this.#suspects)
      if (now - atMs > SUSPECT_MS) this.#suspects.delete(name);
    const isKnown = this.#suspects.has(document);
    this.#suspects.set(document, now);
    return isKnown;
  }
}
