/** Tells one webhook what waits for it, in order; a failure is a state of the webhook, and none of the job. */
import { can } from '@tandem/protocol';
import type { WebhookDelivery, WebhookState } from '@tandem/protocol/webhooks';
import type { JobHandler } from '../jobs/job-handler.ts';
import { WEBHOOKS } from '../limits.ts';
import type { WebhookOutcome } from '../metrics/metrics.ts';
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { ConcurrencyLimiter } from '../runtime/concurrency-limiter.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { JobStore } from '../storage/jobs/job-store.ts';
import { findAccessEntry } from '../storage/roles.ts';
import type { Database } from '../storage/tables.ts';
import type { WebhookDeliveryRow, WebhookRow } from '../storage/tables/accounts.ts';
import { readTimelineStart } from '../storage/timelines.ts';
import { findUser, toUser } from '../storage/users.ts';
import {
  deleteDeliveriesOf,
  deleteDelivery,
  dropDeliveriesOf,
  dropDelivery,
  findDelivery,
  findWebhook,
  recordDelivery,
} from '../storage/webhooks.ts';
import { DELIVERY, webhookDeliveryJob } from './webhook-job-types.ts';
import { signedHeaders } from './webhook-secret.ts';
import type { SendResult, SendWebhook } from './webhook-sender.ts';

export interface WebhookDeliveriesOptions {
  readonly db: Database;
  readonly jobs: Pick<JobStore, 'enqueue'>;
  readonly send: SendWebhook;
  /** By person. */
  readonly rate: Pick<KeyedRateLimiter, 'tryTake'>;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
  readonly random: () => number;
  readonly onSent: (outcome: WebhookOutcome) => void;
}

export function webhookDeliveries(
  options: WebhookDeliveriesOptions,
): JobHandler<'webhook-delivery', { readonly webhook: string }> {
  const { db, jobs } = options;
  const turns = new ConcurrencyLimiter(WEBHOOKS.perPerson);
  return {
    ...DELIVERY,
    async run({ webhook: id }, { signal }) {
      const webhook = await findWebhook(db, id);
      if (webhook === undefined) return await deleteDeliveriesOf(db, id);
      using turn = turns.tryBegin(webhook.user);
      const pauseMs = turn === null ? WEBHOOKS.waitMs : await takeTurn(options, id, signal);
      if (pauseMs !== null) await jobs.enqueue([webhookDeliveryJob(id, pauseMs)]);
    },
  };
}

/** @returns in how long the next turn begins; null if nothing waits. */
async function takeTurn(
  options: WebhookDeliveriesOptions,
  id: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { db, rate, clock } = options;
  const endMs = clock.monotonicMs() + WEBHOOKS.turnMs;
  const timelineStart = await readTimelineStart(db);
  for (;;) {
    signal.throwIfAborted();
    const webhook = await findWebhook(db, id);
    if (webhook?.state !== 'on') {
      await dropDeliveriesOf(db, id);
      return null;
    }
    const delivery = await findDelivery(db, id);
    if (delivery === undefined) return null;
    if (delivery.at < timelineStart) {
      await dropDelivery(db, delivery);
      continue;
    }
    const waitMs = (webhook.next_at ?? 0) - clock.now();
    if (waitMs > 0) return waitMs;
    // Others wait for a turn, too.
    if (clock.monotonicMs() >= endMs) return 0;
    if (!rate.tryTake(webhook.user)) return WEBHOOKS.waitMs;
    await deliver(options, { webhook, delivery, signal });
  }
}

async function deliver(
  { db, send, clock, random, onSent }: WebhookDeliveriesOptions,
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
  onSent(outcomeOf(result));
  const at = clock.now();
  const last = { last_at: at, last_result: resultOf(result) };
  if (isTaken(result)) {
    await deleteDelivery(db, delivery);
    const well = { state: 'on', failures: 0, failing_since: null, next_at: null } as const;
    return await recordDelivery(db, webhook.id, { ...last, ...well });
  }
  // What no receiver will ever take holds the next one no longer (WH8).
  const heldForMs = isRefusal(result) ? WEBHOOKS.refusedForMs : WEBHOOKS.deliverForMs;
  if (at - delivery.at >= heldForMs) await dropDelivery(db, delivery);
  const since = webhook.failing_since ?? at;
  const retryMs = Math.round(backoffMs(WEBHOOKS.retry, webhook.failures, random));
  await recordDelivery(db, webhook.id, {
    ...last,
    state: stateAfter(result, at - since),
    failures: webhook.failures + 1,
    failing_since: since,
    next_at: at + retryMs,
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

/** The receiver does not want this request, whenever it comes: a timeout, a conflict and "too many" are none of these. */
const isRefusal = (result: SendResult): boolean =>
  result.kind === 'answered' &&
  result.status >= 400 &&
  result.status < 500 &&
  ![408, 409, 425, 429].includes(result.status);

function outcomeOf(result: SendResult): WebhookOutcome {
  if (result.kind !== 'answered') return result.kind;
  return isTaken(result) ? 'taken' : 'failed';
}

const resultOf = (result: SendResult): string =>
  result.kind === 'answered' ? String(result.status) : result.kind;

function stateAfter(result: SendResult, failingForMs: number): WebhookState {
  if (result.kind === 'answered' && result.status === 410) return 'gone';
  return failingForMs >= WEBHOOKS.failingForMs ? 'failed' : 'on';
}
