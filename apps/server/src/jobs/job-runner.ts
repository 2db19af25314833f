/** Takes jobs that are due and runs their handlers, within limits; sleeps until the next one is due. */
import { JOBS } from './limits.ts';
import type { JobResult } from '../metrics/metrics.ts';
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { Throttle } from '../runtime/throttle.ts';
import type { JobStore, LeaseOutcome } from '../storage/jobs/job-store.ts';
import { isRetryable } from '../storage/storage-error.ts';
import { HeldJobs, type HeldJob } from './held-jobs.ts';
import { PermanentJobError, runJob, type AnyJobHandler } from './job-handler.ts';

export interface JobRunnerOptions<K extends string> {
  readonly store: JobStore;
  /** One for each kind. */
  readonly handlers: readonly AnyJobHandler<K>[];
  /** Null: no other process enqueues jobs (JB20). */
  readonly pollMs: number | null;
  readonly leaseMs?: number;
  /** Handlers at the same time (JB15). */
  readonly concurrency?: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** @param startMs monotonic. */
  readonly onRan: (kind: K, result: JobResult, startMs: number) => void;
  readonly log: Log;
}

/** Longer delays of timers overflow. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class JobRunner<K extends string> implements AsyncDisposable {
  readonly #options: JobRunnerOptions<K>;
  readonly #handlers: ReadonlyMap<string, AnyJobHandler<K>>;
  readonly #leaseMs: number;
  readonly #held: HeldJobs;
  readonly #wakeUps: Throttle;
  /** Held, and waiting for a handler to end. */
  #queue: HeldJob[] = [];
  readonly #running = new Set<Promise<void>>();
  #state: 'new' | 'running' | 'ended' = 'new';
  #isScheduled = false;
  #taking: Promise<void> | null = null;
  #isWoken = false;
  #faults = 0;
  #timer: unknown = null;

  constructor(options: JobRunnerOptions<K>) {
    const { store, handlers, clock, log, leaseMs = JOBS.leaseMs } = options;
    this.#options = options;
    this.#handlers = new Map(handlers.map((handler) => [handler.kind, handler]));
    this.#leaseMs = leaseMs;
    const report = (what: string) => (error: unknown) => log.warn({ err: error }, what);
    const onFault = report('renewing leases of jobs failed');
    this.#held = new HeldJobs({ store, clock, leaseMs, onFault });
    this.#wakeUps = new Throttle({
      intervalMs: JOBS.wakeIntervalMs,
      run: () => this.#look(),
      onError: report('looking for jobs failed'),
      clock,
    });
  }

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.#look();
  }

  /** Jobs were enqueued. */
  wake(): void {
    if (this.#state === 'running') this.#wakeUps.schedule();
  }

  /** Handlers that do not return in time are left to the end of their leases. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, store, log } = this.#options;
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clock.clearTimeout(this.#timer);
    this.#wakeUps[Symbol.dispose]();
    this.#held.abortAll('stopping');
    const queued = this.#queue;
    this.#queue = [];
    try {
      await store.release(queued.map(({ job }) => job));
    } catch (error) {
      log.warn({ err: error }, 'jobs could not be released');
    }
    let timer: unknown = null;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, JOBS.stopTimeoutMs);
    });
    await Promise.race([Promise.all([this.#taking, ...this.#running]), limit]);
    clock.clearTimeout(timer);
    this.#held[Symbol.dispose]();
  }

  #look(): void {
    // A wake-up while jobs are taken: what it is about may be too new for that.
    if (this.#taking !== null) this.#isWoken = true;
    else this.#taking = this.#take();
  }

  async #take(): Promise<void> {
    const { clock, log, random, pollMs } = this.#options;
    clock.clearTimeout(this.#timer);
    let delayMs = Number.POSITIVE_INFINITY;
    try {
      await this.#schedule();
      do {
        this.#isWoken = false;
        delayMs = await this.#takeDue();
      } while (this.#state === 'running' && (this.#isWoken || delayMs <= 0));
      if (pollMs !== null) delayMs = Math.min(delayMs, pollMs);
      this.#faults = 0;
    } catch (error) {
      log.warn({ err: error }, 'jobs could not be taken');
      delayMs = backoffMs(JOBS.databaseRetry, this.#faults++, random);
    }
    this.#taking = null;
    if (this.#state !== 'running' || delayMs === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.setTimeout(() => this.#look(), Math.min(delayMs, MAX_TIMER_MS));
  }

  async #schedule(): Promise<void> {
    if (this.#isScheduled) return;
    const { store, handlers } = this.#options;
    await store.schedule(
      handlers.flatMap(({ kind, intervalMs }) =>
        intervalMs === undefined ? [] : [{ kind, intervalMs }],
      ),
    );
    this.#isScheduled = true;
  }

  /** @returns how long there is nothing to take; infinity until a handler ends or a job is enqueued. */
  async #takeDue(): Promise<number> {
    const { store, clock } = this.#options;
    const limit = this.#queue.length > 0 ? 0 : JOBS.maxHeld - this.#held.size;
    if (limit <= 0 || this.#state !== 'running') return Number.POSITIVE_INFINITY;
    const kinds = [...this.#handlers.keys()];
    const dueInMs = await store.dueInMs(kinds);
    if (dueInMs === null) return Number.POSITIVE_INFINITY;
    if (dueInMs > 0) return dueInMs;
    const claimedMs = clock.monotonicMs();
    const jobs = await store.claim({ kinds, limit, leaseMs: this.#leaseMs });
    if (jobs.length === 0) return JOBS.contendedMs;
    const held = jobs.map((job) => this.#held.add(job, claimedMs));
    this.#queue.push(...held);
    if (this.#state !== 'running') {
      for (const each of held) each.abort('stopping');
      await store.release(jobs);
    }
    this.#startQueued();
    return 0;
  }

  #startQueued(): void {
    const { concurrency = JOBS.concurrency } = this.#options;
    while (this.#state === 'running' && this.#running.size < concurrency) {
      const held = this.#queue.shift();
      if (held === undefined) return;
      const ended = this.#run(held).finally(() => {
        this.#held.delete(held);
        this.#running.delete(ended);
        this.#startQueued();
        if (this.#state === 'running' && this.#queue.length === 0) this.#look();
      });
      this.#running.add(ended);
    }
  }

  async #run(held: HeldJob): Promise<void> {
    const { clock, onRan, log } = this.#options;
    const { job } = held;
    const handler = this.#handlers.get(job.kind) as AnyJobHandler<K>;
    const startMs = clock.monotonicMs();
    // What another node took over while it was queued here is not run.
    if (held.signal.aborted) return onRan(handler.kind, 'lost', startMs);
    try {
      onRan(handler.kind, await this.#runWith(handler, held), startMs);
    } catch (error) {
      log.error(
        { err: error, ...fieldsOf(held) },
        'the outcome of a job could not be stored; it runs again',
      );
      onRan(handler.kind, 'lost', startMs);
    }
  }

  /** @throws StorageError */
  async #runWith(handler: AnyJobHandler<K>, held: HeldJob): Promise<JobResult> {
    const { store } = this.#options;
    const { job, signal } = held;
    const { maxFailures = JOBS.maxFailures } = handler;
    // Its last attempts ended their processes.
    if (job.failures >= maxFailures) return await this.#fail(held, ENDED_PROCESSES);
    try {
      await runJob(handler, job.input, { id: job.id, attempt: job.attempt, signal });
    } catch (error) {
      if (held.abortReason === 'stopping') {
        await store.release([job]);
        return 'released';
      }
      return error instanceof PermanentJobError || job.failures + 1 >= maxFailures
        ? await this.#fail(held, error)
        : await this.#retry(handler, held, error);
    }
    const outcome = await this.#record(held, () => store.complete(job));
    return outcome === 'lost' ? 'lost' : 'done';
  }

  async #retry(handler: AnyJobHandler<K>, held: HeldJob, cause: unknown): Promise<JobResult> {
    const { store, random, log } = this.#options;
    const { retry = JOBS.retry, intervalMs = Number.POSITIVE_INFINITY } = handler;
    const delayMs = Math.round(Math.min(backoffMs(retry, held.job.failures, random), intervalMs));
    log.warn({ err: cause, ...fieldsOf(held), delayMs }, 'job failed and will be repeated');
    const failure = { error: messageOf(cause), delayMs };
    const outcome = await this.#record(held, () => store.retry(held.job, failure));
    return outcome === 'lost' ? 'lost' : 'retried';
  }

  async #fail(held: HeldJob, cause: unknown): Promise<JobResult> {
    const { store, log } = this.#options;
    log.error({ err: cause, ...fieldsOf(held) }, 'job failed and will not be repeated');
    const error = messageOf(cause);
    const outcome = await this.#record(held, () => store.fail(held.job, error));
    return outcome === 'lost' ? 'lost' : 'failed';
  }

  /** Tries for as long as the lease lasts (JB21). @throws StorageError */
  async #record(held: HeldJob, write: () => Promise<LeaseOutcome>): Promise<LeaseOutcome> {
    const { clock, random } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await write();
      } catch (error) {
        const mayRepeat = this.#state === 'running' && clock.monotonicMs() < held.leasedUntilMs;
        if (!isRetryable(error) || !mayRepeat) throw error;
      }
      const pauseMs = backoffMs(JOBS.databaseRetry, attempt, random);
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, pauseMs));
    }
  }
}

const ENDED_PROCESSES = new Error('The processes that ran the job ended.');

function fieldsOf({ job: { id, kind, attempt } }: HeldJob): object {
  return { job: id, kind, attempt };
}

/** As it can be stored. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.toWellFormed().replaceAll('\0', '').slice(0, JOBS.maxErrorLength);
}
