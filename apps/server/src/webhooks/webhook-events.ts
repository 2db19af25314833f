/** Finds who hears of an event, and puts a delivery into the queue of each: WH4 and WH14 in `README.md`. */
import type { JobHandler } from '../jobs/job-handler.ts';
import { WEBHOOKS } from '../limits.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import type { Database } from '../storage/tables.ts';
import { readTimelineStart } from '../storage/timelines.ts';
import { addDeliveries, findSubscribers } from '../storage/webhooks.ts';
import { EVENT, webhookDeliveryJob, type EventInput } from './webhook-job-types.ts';

export function webhookEvents({
  db,
  jobs,
  onEnqueued,
}: {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly onEnqueued: () => void;
}): JobHandler<'webhook-event', EventInput> {
  return {
    ...EVENT,
    async run({ event, type, document, actor, at }, { signal }) {
      // It was told before the backup was made, or will not be (WH13).
      if (at < (await readTimelineStart(db))) return;
      let after = '';
      for (;;) {
        signal.throwIfAborted();
        const webhooks = await findSubscribers(db, { type, document, after });
        const last = webhooks.at(-1);
        if (last === undefined) return;
        await addDeliveries(db, webhooks, { event, type, document, actor, at });
        await jobs.enqueue(webhooks.map((webhook) => webhookDeliveryJob(webhook)));
        onEnqueued();
        if (webhooks.length < WEBHOOKS.perStep) return;
        after = last;
      }
    },
  };
}
