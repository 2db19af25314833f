/** Tells webhooks of changed texts, which are no commands: WH5 in `README.md`. */
import { LRUCache } from 'lru-cache';
import { MAX_TRACKED_CALLERS, WEBHOOKS } from '../limits.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import type { Database } from '../storage/tables.ts';
import { findSubscribers, hasWebhooks } from '../storage/webhooks.ts';
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
  /** Whether webhooks subscribe to the text of a document, and until when that is not looked up again. */
  const known = new LRUCache<
    string,
    { readonly hasSubscribers: boolean; readonly untilMs: number }
  >({
    max: MAX_TRACKED_CALLERS,
  });
  const hasSubscribers = async (document: string): Promise<boolean> => {
    const now = clock.now();
    const before = known.get(document);
    if (before !== undefined && before.untilMs > now) return before.hasSubscribers;
    const found = await findSubscribers(db, { type: 'document.changed', document, limit: 1 });
    const answer = { hasSubscribers: found.length > 0, untilMs: now + WEBHOOKS.changeIntervalMs };
    known.set(document, answer);
    return answer.hasSubscribers;
  };
  const enqueueChanges = async (changes: readonly T[]): Promise<void> => {
    if (changes.length === 0 || !(await hasWebhooks(db))) return;
    for (const { document } of changes) {
      if (!(await hasSubscribers(document))) continue;
      // Each change: the job that waits may be one of another node, and run sooner than this one knows (JB2).
      await jobs.enqueue([textChangedJob(document, clock.now())]);
      onEnqueued();
    }
  };
  return {
    textsChanged(changes) {
      indexer.textsChanged(changes);
      enqueueChanges(changes).catch((error: unknown) =>
        log.warn({ err: error }, 'no webhook deliveries for changed texts'),
      );
    },
  };
}
