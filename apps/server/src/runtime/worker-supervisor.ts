/**
 * Runs a worker thread and replaces it when it ends: by a bug, out of memory, or terminated because one
 * piece of work exceeded its budget. The owner learns which work it was.
 */
import { Worker } from 'node:worker_threads';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { OnDemandInterval } from './on-demand-interval.ts';
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
  posted: number;
  /** The work that the watchdog saw last, and for how long. */
  seen: { count: number; atMs: number; forMs: number; isIdle: boolean };
}

export class SupervisedWorker<In, Out> implements AsyncDisposable {
  readonly #options: SupervisedWorkerOptions<Out>;
  readonly #watchdog: OnDemandInterval;
  #running: Running | undefined;
  #restart: unknown;
  #restarts = 0;
  #failuresInARow = 0;
  #state: 'running' | 'stopped' = 'running';

  constructor(options: SupervisedWorkerOptions<Out>) {
    this.#options = options;
    this.#watchdog = new OnDemandInterval({
      clock: options.clock,
      intervalMs: WORKER.watchdogIntervalMs,
      tick: () => this.#checkProgress(),
      isNeeded: () => this.#isBusy(),
    });
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Rejects when the first worker cannot start; later ones are tried again. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#spawn({ resolve, reject }));
  }

  /** Like `start`, but without waiting: also the first worker is tried again. */
  startInBackground(): void {
    this.#spawn();
  }

  post(message: In): void {
    if (this.#running === undefined) return;
    this.#running.worker.postMessage({ kind: 'message', message } satisfies WorkerRequest<In>);
    this.#running.posted++;
    this.#running.seen.isIdle = false;
    this.#watchdog.request();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    this.#state = 'stopped';
    this.#watchdog[Symbol.dispose]();
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
      posted: 0,
      seen: { count: 0, atMs: clock.now(), forMs: 0, isIdle: false },
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

  /** Work follows its message in the worker's next turn, so that one idle check proves nothing. */
  #isBusy(): boolean {
    if (this.#running === undefined) return false;
    const { posted, progress, seen } = this.#running;
    const wasIdle = seen.isIdle;
    seen.isIdle = progress.work === null && progress.received >= posted;
    return !(wasIdle && seen.isIdle);
  }

  #checkProgress(): void {
    if (this.#running === undefined) return;
    const { progress, seen, worker } = this.#running;
    const { count, work } = progress;
    const now = this.#options.clock.now();
    // When the process was suspended, so was the worker: a step counts for two intervals at most.
    const stepMs = Math.min(Math.max(now - seen.atMs, 0), 2 * WORKER.watchdogIntervalMs);
    seen.atMs = now;
    seen.forMs = work !== null && count === seen.count ? seen.forMs + stepMs : 0;
    seen.count = count;
    if (work === null || seen.forMs <= work.budgetMs) return;
    this.#running.cause = 'stuck';
    this.#running.error = new Error(`${work.phase} took more than ${Math.round(work.budgetMs)} ms`);
    void worker.terminate();
  }
}
