/** Tells webhooks of changed texts, which are no commands: WH5 in `README.md`. */
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import type { Database } from '../storage/tables.ts';
import { hasWebhooks } from '../storage/webhooks.ts';
import { textChangedJob } from './webhook-jobs.ts';

/** @returns an indexer of changed texts that passes them on. */
export function textsToWebhooks<T extends { readonly document: string }>({
  db,
  jobs,
  indexer,
  clock,
  log,
  onEnqueued,
}: {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly indexer: { textsChanged(changes: readonly T[]): void };
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'warn'>;
  readonly onEnqueued: () => void;
}): { textsChanged(changes: readonly T[]): void } {
  const tell = async (changes: readonly T[]): Promise<void> => {
    if (changes.length === 0 || !(await hasWebhooks(db))) return;
    await jobs.enqueue(changes.map(({ document }) => textChangedJob(document, clock.now())));
    onEnqueued();
  };
  return {
    textsChanged(changes) {
      indexer.textsChanged(changes);
      tell(changes).catch((error: unknown) =>
        log.warn({ err: error }, 'webhooks could not be told of changed texts'),
      );
    },
  };
}
