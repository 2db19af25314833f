/** The jobs of webhooks: one for each event, which finds who is told, and one for each webhook, which tells it. */
import { ulid } from 'ulid';
import { z } from 'zod';
import { documentId } from '@tandem/protocol';
import { webhookEvent, type WebhookEvent } from '@tandem/protocol/webhooks';
import { createJob, type JobType } from '../jobs/job-handler.ts';
import { WEBHOOKS } from '../limits.ts';
import type { NewJob } from '../storage/jobs/job-store.ts';

export interface WebhookEventFacts {
  readonly type: WebhookEvent;
  readonly document: string;
  /** Null where it may be several people. */
  readonly actor: string | null;
  readonly at: number;
}

export interface EventInput extends WebhookEventFacts {
  /** The id of all its deliveries. */
  readonly event: string;
}

export const EVENT: JobType<'webhook-event', EventInput> = {
  kind: 'webhook-event',
  input: z.strictObject({
    event: z.ulid(),
    type: webhookEvent,
    document: documentId,
    actor: z.string().nullable(),
    at: z.int(),
  }),
};

export const DELIVERY: JobType<'webhook-delivery', { readonly webhook: string }> = {
  kind: 'webhook-delivery',
  input: z.strictObject({ webhook: z.ulid() }),
};

/** Of a command, in its transaction (WH3). */
export function webhookEventJob(facts: WebhookEventFacts): NewJob {
  const event = ulid();
  return createJob(EVENT, { key: event, input: { event, ...facts } });
}

/** Of a text: one that waits already tells of this change, too, so that there is one in a minute (WH5). */
export function textChangedJob(document: string, at: number): NewJob {
  const input = { event: ulid(), type: 'document.changed', document, actor: null, at } as const;
  return createJob(EVENT, {
    key: `changed ${document}`,
    input,
    delayMs: WEBHOOKS.changeIntervalMs,
  });
}

export function webhookDeliveryJob(webhook: string, delayMs = 0): NewJob {
  return createJob(DELIVERY, { key: webhook, input: { webhook }, delayMs });
}
