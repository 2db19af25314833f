/** The jobs of webhooks: one for each event, which finds who is told, and one for each webhook, which tells it. */
import { ulid } from 'ulid';
import { z } from 'zod';
import { can, documentId } from '@tandem/protocol';
import {
  webhookEvent,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookState,
} from '@tandem/protocol/webhooks';
import { createJob, type JobHandler, type JobType } from '../jobs/job-handler.ts';
import { WEBHOOKS } from '../limits.ts';
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import type { JobStore, NewJob } from '../storage/jobs/job-store.ts';
import { findAccessEntry } from '../storage/roles.ts';
import type { Database, WebhookDeliveryRow, WebhookRow } from '../storage/tables.ts';
import { findUser, toUser } from '../storage/users.ts';
import {
  addDelivery,
  deleteDeliveriesOf,
  deleteDelivery,
  findDelivery,
  findHearers,
  findWebhook,
  recordDelivery,
} from '../storage/webhooks.ts';
import { signedHeaders } from './webhook-secret.ts';
import type { SendResult, SendWebhook } from './webhook-sender.ts';

export interface WebhookHappening {
  readonly type: WebhookEvent;
  readonly document: string;
  /** Null where it may be several people. */
  readonly actor: string | null;
  readonly at: number;
}

interface EventInput extends WebhookHappening {
  /** The id of all its deliveries. */
  readonly event: string;
}

const EVENT: JobType<'webhook-event', EventInput> = {
  kind: 'webhook-event',
  input: z.strictObject({
    event: z.ulid(),
    type: webhookEvent,
    document: documentId,
    actor: z.string().nullable(),
    at: z.int(),
  }),
};

const DELIVERY: JobType<'webhook-delivery', { readonly webhook: string }> = {
  kind: 'webhook-delivery',
  input: z.strictObject({ webhook: z.ulid() }),
};

/** Of a command, in its transaction (WH3). */
export function webhookEventJob(happening: WebhookHappening): NewJob {
  const event = ulid();
  return createJob(EVENT, { key: event, input: { event, ...happening } });
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
    async run(input, { signal }) {
      for (const webhook of await findHearers(db, input)) {
        signal.throwIfAborted();
        const { event, type, document, actor, at } = input;
        await addDelivery(db, { webhook, event, type, document, actor, at });
        await jobs.enqueue([webhookDeliveryJob(webhook)]);
        onEnqueued();
      }
    },
  };
}

export interface WebhookDeliveriesOptions {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly send: SendWebhook;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
  readonly random: () => number;
}

/** Tells one webhook what waits for it, in order; a failure is a state of the webhook, and none of the job. */
export function webhookDeliveries(
  options: WebhookDeliveriesOptions,
): JobHandler<'webhook-delivery', { readonly webhook: string }> {
  const { db, jobs, clock } = options;
  return {
    ...DELIVERY,
    async run({ webhook: id }, { signal }) {
      const endMs = clock.monotonicMs() + WEBHOOKS.turnMs;
      while (!signal.aborted) {
        const webhook = await findWebhook(db, id);
        if (webhook?.state !== 'on') return await deleteDeliveriesOf(db, id);
        const delivery = await findDelivery(db, id);
        if (delivery === undefined) return;
        const waitMs = (webhook.retry_at ?? 0) - clock.now();
        if (waitMs > 0) return await jobs.enqueue([webhookDeliveryJob(id, waitMs)]);
        // Others wait for a turn, too.
        if (clock.monotonicMs() >= endMs) return await jobs.enqueue([webhookDeliveryJob(id)]);
        await deliver(options, { webhook, delivery, signal });
      }
      signal.throwIfAborted();
    },
  };
}

async function deliver(
  { db, send, clock, random }: WebhookDeliveriesOptions,
  {
    webhook,
    delivery,
    signal,
  }: {
    readonly webhook: WebhookRow;
    readonly delivery: WebhookDeliveryRow;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const content = await contentFor(db, webhook, delivery);
  if (content === null) return await deleteDelivery(db, delivery);
  const body = JSON.stringify(content);
  const headers = signedHeaders(webhook.secret, { id: content.id, at: clock.now(), body });
  const result = await send({ url: webhook.url, headers, body }, signal);
  const at = clock.now();
  const last = { last_at: at, last_result: resultOf(result) };
  if (isTaken(result)) {
    await deleteDelivery(db, delivery);
    const well = { state: 'on', failures: 0, failing_since: null, retry_at: null } as const;
    return await recordDelivery(db, webhook.id, { ...last, ...well });
  }
  const since = webhook.failing_since ?? at;
  const retryMs = Math.round(backoffMs(WEBHOOKS.retry, webhook.failures, random));
  await recordDelivery(db, webhook.id, {
    ...last,
    state: stateAfter(result, at - since),
    failures: webhook.failures + 1,
    failing_since: since,
    retry_at: at + retryMs,
  });
}

/** @returns null for what its person may not read any more (WH4). */
async function contentFor(
  db: Database,
  { user }: WebhookRow,
  { event, type, document: id, actor, at }: WebhookDeliveryRow,
): Promise<WebhookDelivery | null> {
  const owner = await findUser(db, user);
  if (owner === undefined || owner.registered_at === null || owner.blocked_at !== null) return null;
  const by = actor === null ? undefined : await findUser(db, actor);
  const facts = {
    ...{ id: event, type, at },
    actor: by === undefined ? null : { id: by.id, name: toUser(by).name },
  };
  if (id === null) return { ...facts, document: null };
  const entry = await findAccessEntry(db, { document: id, user });
  if (entry === null || !can(entry, 'read')) return null;
  return { ...facts, document: { id, title: entry.document.title } };
}

const isTaken = (result: SendResult): boolean =>
  result.kind === 'answered' && result.status >= 200 && result.status < 300;

const resultOf = (result: SendResult): string =>
  result.kind === 'answered' ? String(result.status) : result.kind;

function stateAfter(result: SendResult, failingForMs: number): WebhookState {
  if (result.kind === 'answered' && result.status === 410) return 'gone';
  return failingForMs >= WEBHOOKS.failingForMs ? 'failed' : 'on';
}
