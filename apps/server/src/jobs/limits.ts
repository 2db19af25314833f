/** Times and sizes of jobs, with the rules that state them: README.md. */
export const JOBS = {
  /** Handlers that run on one node at the same time, and jobs that it holds (JB15). */
  concurrency: 4,
  /** Of deliveries to webhooks, which wait for receivers of somebody else. */
  webhookConcurrency: 16,
  maxHeld: 16,
  /** A job of a node that died is taken over after this time; leases are renewed three times as often (JB7, JB8). */
  leaseMs: 30_000,
  renewalsPerLease: 3,
  /** Failures after which a job is kept as failed, within four to five hours, and the pauses between them (JB13). */
  maxFailures: 15,
  retry: { baseMs: 5_000, capMs: 3_600_000, jitter: 0.5 },
  /** How often a node of a cluster asks for jobs that others enqueued (JB20). */
  pollMs: 5_000,
  /** Between two questions to the database at least, however many jobs are enqueued. */
  wakeIntervalMs: 100,
  /** Pause after another node took what was due. */
  contendedMs: 250,
  /** Pauses while the database fails (JB21). */
  databaseRetry: { baseMs: 1_000, capMs: 30_000, jitter: 0.5 },
  /** At shutdown, handlers have this long to return (JB14). */
  stopTimeoutMs: 3_000,
  /** Items of one job that fail one after the other, after which it does not go on to the next. */
  failuresInARow: 20,
  maxKeyLength: 256,
  maxInputLength: 16_384,
  maxErrorLength: 1_000,
} as const;
