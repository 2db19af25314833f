/**
 * Runs a worker thread and replaces it when it ends: by a bug, out of memory, or terminated because one
 * piece of work exceeded its budget. The owner learns which work it was.
 */
import { Worker } from 'node:worker_threads';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { WORKER } from '../limits.ts';
import { SharedWorkerProgress, type Work } from './worker-progress.ts';

const RESTART = { baseMs: WORKER.restartFirstMs, capMs: WORKER.restartCapMs };

export interface WorkerStart {
  readonly progress: SharedArrayBuffer;
}

/** Carries errors of one class between threads: structured cloning loses the class and its fields. */
export interface ErrorTransfer {
  toData(error: unknown): object | null;
  fromData(data: object): Error;
}

export type WorkerMessage<Out> =
  | { readonly kind: 'ready' }
  /** The worker could not start, and exits. `error` is what `ErrorTransfer.toData` returned. */
  | { readonly kind: 'failed'; readonly error: object }
  | { readonly kind: 'message'; readonly message: Out };

export type WorkerRequest<In> =
  | { readonly kind: 'message'; readonly message: In }
  | { readonly kind: 'stop' };

export interface WorkerEnd {
  /** `stuck`: terminated because its work took too long. `crashed`: it ended by itself. */
  readonly cause: 'stuck' | 'crashed';
  readonly work: Work | null;
  readonly detail: string;
}

export interface SupervisedWorkerOptions<Out> {
  readonly name: string;
  readonly workerUrl: URL;
  readonly workerData: object;
  readonly errors: ErrorTransfer;
  readonly clock: Clock;
  readonly maxHeapMib?: number | undefined;
  readonly onMessage: (message: Out) => void;
  readonly onStarted: () => void;
  readonly onEnded: (end: WorkerEnd) => void;
  /** The thread is gone, expected or not: releases what it may still hold. */
  readonly onExit: (threadId: number) => void;
}

interface Running {
  readonly worker: Worker;
  readonly progress: SharedWorkerProgress;
  readonly exited: Promise<void>;
  readonly startedAtMs: number;
  cause: WorkerEnd['cause'];
  error: Error;
  seen: { count: number; atMs: number; forMs: number };
}

export class SupervisedWorker<In, Out> implements AsyncDisposable {
  readonly #options: SupervisedWorkerOptions<Out>;
  #running: Running | undefined;
  #watch: unknown;
  #restart: unknown;
  #restarts = 0;
  #failuresInARow = 0;
  #state: 'running' | 'stopped' = 'running';

  constructor(options: SupervisedWorkerOptions<Out>) {
    this.#options = options;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Rejects when the first worker cannot start; later ones are tried again. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#spawn({ resolve, reject }));
    this.#scheduleWatch();
  }

  post(message: In): void {
    this.#running?.worker.postMessage({ kind: 'message', message } satisfies WorkerRequest<In>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    this.#state = 'stopped';
    clock.clearTimeout(this.#watch);
    clock.clearTimeout(this.#restart);
    if (this.#running === undefined) return;
    const { worker, exited } = this.#running;
    worker.postMessage({ kind: 'stop' } satisfies WorkerRequest<In>);
    const timeout = clock.setTimeout(() => void worker.terminate(), WORKER.stopTimeoutMs);
    await exited;
    clock.clearTimeout(timeout);
  }

  #spawn(first?: { readonly resolve: () => void; readonly reject: (error: Error) => void }): void {
    const { name, workerUrl, workerData, clock, maxHeapMib = WORKER.maxHeapMib } = this.#options;
    const progress = SharedWorkerProgress.createMemory();
    const worker = new Worker(workerUrl, {
      name,
      workerData: { ...workerData, progress } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMib },
    });
    // Node resets the id of a worker that has exited.
    const { threadId } = worker;
    const running: Running = {
      worker,
      progress: new SharedWorkerProgress(progress),
      exited: new Promise((resolve) => worker.once('exit', () => resolve())),
      startedAtMs: clock.now(),
      cause: 'crashed',
      error: new Error(`the ${name} worker ended`),
      seen: { count: 0, atMs: clock.now(), forMs: 0 },
    };
    worker.on('message', (message: WorkerMessage<Out>) => {
      switch (message.kind) {
        case 'ready':
          first?.resolve();
          first = undefined;
          break;
        case 'failed':
          running.error = this.#options.errors.fromData(message.error);
          break;
        case 'message':
          this.#options.onMessage(message.message);
      }
    });
    worker.on('error', (error: Error) => (running.error = error));
    worker.once('exit', () => {
      this.#options.onExit(threadId);
      if (first !== undefined) this.#state = 'stopped';
      first?.reject(running.error);
      this.#onEnd(running);
    });
    this.#running = running;
    this.#options.onStarted();
  }

  #onEnd(running: Running): void {
    this.#running = undefined;
    if (this.#state === 'stopped') return;
    const { clock } = this.#options;
    const { cause, error, progress } = running;
    if (clock.now() - running.startedAtMs > WORKER.restartHealthyAfterMs) this.#failuresInARow = 0;
    // The first restart is immediate.
    const pauseMs = this.#failuresInARow === 0 ? 0 : backoffMs(RESTART, this.#failuresInARow);
    this.#failuresInARow++;
    this.#restarts++;
    this.#restart = clock.setTimeout(() => this.#spawn(), pauseMs);
    this.#options.onEnded({ cause, detail: error.message, work: progress.work });
  }

  #scheduleWatch(): void {
    this.#watch = this.#options.clock.setTimeout(() => {
      if (this.#running !== undefined) this.#checkProgress(this.#running);
      this.#scheduleWatch();
    }, WORKER.watchdogIntervalMs);
  }

  #checkProgress(running: Running): void {
    const { progress, seen } = running;
    const { count, work } = progress;
    const now = this.#options.clock.now();
    // When the process was suspended, so was the worker: a step counts for two intervals at most.
    const stepMs = Math.min(Math.max(now - seen.atMs, 0), 2 * WORKER.watchdogIntervalMs);
    seen.atMs = now;
    seen.forMs = work !== null && count === seen.count ? seen.forMs + stepMs : 0;
    seen.count = count;
    if (work === null || seen.forMs <= work.budgetMs) return;
    running.cause = 'stuck';
    running.error = new Error(`${work.phase} took more than ${Math.round(work.budgetMs)} ms`);
    void running.worker.terminate();
  }
}
