/** The jobs that this node holds, and their leases: renewed while a job is held, and given up when they end. */
import { JOBS } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { OnDemandInterval } from '../runtime/on-demand-interval.ts';
import type { ClaimedJob, JobStore } from '../storage/jobs/job-store.ts';

export type AbortReason = 'lease-lost' | 'stopping';

export class HeldJob {
  readonly job: ClaimedJob;
  readonly #abort = new AbortController();
  /** Monotonic, and not after the end of the lease by the database's clock. */
  leasedUntilMs: number;

  constructor(job: ClaimedJob, leasedUntilMs: number) {
    this.job = job;
    this.leasedUntilMs = leasedUntilMs;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get abortReason(): AbortReason | null {
    return this.signal.aborted ? (this.signal.reason as AbortReason) : null;
  }

  abort(reason: AbortReason): void {
    this.#abort.abort(reason);
  }
}

export interface HeldJobsOptions {
  readonly store: Pick<JobStore, 'renew'>;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly onFault: (error: unknown) => void;
}

export class HeldJobs implements Disposable {
  readonly #options: HeldJobsOptions;
  readonly #held = new Set<HeldJob>();
  readonly #interval: OnDemandInterval;
  #isRenewing = false;

  constructor(options: HeldJobsOptions) {
    this.#options = options;
    this.#interval = new OnDemandInterval({
      clock: options.clock,
      intervalMs: options.leaseMs / JOBS.renewalsPerLease,
      tick: () => this.#tick(),
      isNeeded: () => this.#held.size > 0,
    });
  }

  get size(): number {
    return this.#held.size;
  }

  /** @param claimedMs when the claim began. */
  add(job: ClaimedJob, claimedMs: number): HeldJob {
    const held = new HeldJob(job, claimedMs + this.#options.leaseMs);
    this.#held.add(held);
    this.#interval.request();
    return held;
  }

  delete(held: HeldJob): void {
    this.#held.delete(held);
  }

  abortAll(reason: AbortReason): void {
    for (const held of this.#held) held.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#interval[Symbol.dispose]();
  }

  #tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const held of this.#held) if (held.leasedUntilMs <= nowMs) held.abort('lease-lost');
    if (!this.#isRenewing && this.#held.size > 0) void this.#renew(nowMs);
  }

  async #renew(nowMs: number): Promise<void> {
    const { store, leaseMs, onFault } = this.#options;
    this.#isRenewing = true;
    try {
      const held = [...this.#held];
      const kept = await store.renew(
        held.map(({ job }) => job),
        leaseMs,
      );
      for (const each of held) {
        if (kept.has(each.job.id)) each.leasedUntilMs = nowMs + leaseMs;
        else if (this.#held.has(each)) each.abort('lease-lost');
      }
    } catch (error) {
      onFault(error);
    }
    this.#isRenewing = false;
  }
}
