/** Tells webhooks of changed texts, which are no commands: WH5 in `README.md`. */
import { LRUCache } from 'lru-cache';
import { MAX_TRACKED_CALLERS, WEBHOOKS } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import type { Database } from '../storage/tables.ts';
import { findHearers, hasWebhooks } from '../storage/webhooks.ts';
import { textChangedJob } from './webhook-job-types.ts';

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
  /** Until when a job waits that tells of further changes, too. */
  const waiting = new LRUCache<string, number>({ max: MAX_TRACKED_CALLERS });
  const tell = async (changes: readonly T[]): Promise<void> => {
    if (changes.length === 0 || !(await hasWebhooks(db))) return;
    const now = clock.now();
    for (const { document } of changes) {
      if ((waiting.get(document) ?? 0) > now) continue;
      const heard = await findHearers(db, { type: 'document.changed', document, limit: 1 });
      if (heard.length === 0) continue;
      await jobs.enqueue([textChangedJob(document, now)]);
      waiting.set(document, now + WEBHOOKS.changeIntervalMs);
      onEnqueued();
    }
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
