/**
 * The port to the queue of jobs, which all nodes on a database share. The rules JB1 to JB22 are in `jobs/README.md`.
 * Every call may fail with a `StorageError`.
 */

/** The kinds of this version, for labels of metrics. Rows of other kinds are left to the versions that know them. */
export const JOB_KINDS = [
  'audit-sweep',
  'cluster-log-sweep',
  'command-result-sweep',
  'digest',
  'document-purge',
  'file-reference-sweep',
  'file-sweep',
  'group-end',
  'history-thinning',
  'notice-mail',
  'notification-sweep',
  'link-mail',
  'session-sweep',
  'share-mail',
  'trash-sweep',
  'webhook-delivery',
  'webhook-event',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export interface NewJob {
  readonly kind: string;
  /** What the job is about, unique within its kind (JB2). */
  readonly key: string;
  /** JSON. */
  readonly input: string;
  /** Integer. */
  readonly delayMs: number;
}

export interface RecurringJob {
  readonly kind: string;
  readonly intervalMs: number;
}

export interface ClaimedJob {
  /** The same for all attempts. */
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  /** JSON; not validated. */
  readonly input: string;
  /** From 1, since the last success (JB11). */
  readonly attempt: number;
  /** Since the last success, leases that ended included (JB8, JB13). */
  readonly failures: number;
  readonly lease: string;
}

export interface Claim {
  readonly kinds: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
}

export type LeasedJob = Pick<ClaimedJob, 'id' | 'lease'>;

/** `lost`: the lease was not the caller's any more, and nothing changed (JB9). */
export type LeaseOutcome = 'kept' | 'lost';

export interface JobCounts {
  /** Due, and not taken by any node. */
  readonly waiting: number;
  /** How long the first of them has been due; 0 without one. */
  readonly oldestWaitingMs: number;
  readonly failed: number;
}

export interface JobStore {
  /** Part of the transaction that the store was created over, if any (JB1). */
  enqueue(jobs: readonly NewJob[]): Promise<void>;
  /** Creates the jobs, or changes their intervals (JB16, JB19). */
  schedule(jobs: readonly RecurringJob[]): Promise<void>;
  /** When the next job of these kinds can be taken: 0 or less for now; null without one. */
  dueInMs(kinds: readonly string[]): Promise<number | null>;
  /** Takes jobs that are due (JB5). None may be returned although one is due: another node is taking it. */
  claim(claim: Claim): Promise<readonly ClaimedJob[]>;
  /** @returns the ids of the jobs whose leases are still the caller's; they last for `leaseMs` from now. */
  renew(jobs: readonly LeasedJob[], leaseMs: number): Promise<ReadonlySet<string>>;
  /** Deletes the job, or makes it wait for its next run (JB3, JB16). */
  complete(job: LeasedJob): Promise<LeaseOutcome>;
  /** Makes the job wait after a failure (JB13). */
  retry(
    job: LeasedJob,
    failure: { readonly error: string; readonly delayMs: number },
  ): Promise<LeaseOutcome>;
  /** Keeps the job as failed (JB13, JB18). */
  fail(job: LeasedJob, error: string): Promise<LeaseOutcome>;
  /** Gives the jobs back, for any node, without a failure (JB14). */
  release(jobs: readonly LeasedJob[]): Promise<void>;
  count(): Promise<JobCounts>;
}
