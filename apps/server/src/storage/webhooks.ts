/** Webhooks of people, and what waits to be delivered to them: rules WH1 to WH12 in `webhooks/README.md`. */
import { sql } from 'kysely';
import { MAX_WEBHOOKS } from '@tandem/protocol';
import { webhookEvent, type WebhookEvent } from '@tandem/protocol/webhooks';
import { WEBHOOKS } from '../limits.ts';
import { compiledQuery } from './compiled-query.ts';
import { findListers } from './documents.ts';
import { readOwners } from './roles.ts';
import type { Database, WebhookDeliveryRow, WebhookRow } from './tables.ts';

export async function addWebhook(
  db: Database,
  webhook: Pick<WebhookRow, 'id' | 'user' | 'name' | 'url' | 'document' | 'secret'> & {
    readonly events: readonly WebhookEvent[];
    readonly at: number;
  },
): Promise<void> {
  const { events, at, ...columns } = webhook;
  await db
    .insertInto('webhook')
    .values({
      ...columns,
      events: [...new Set(events)].join(' '),
      state: 'on',
      created_at: at,
      last_at: null,
      last_result: null,
      failing_since: null,
      retry_at: null,
    })
    .execute();
}

/** @returns those that this version knows. */
export function eventsOf({ events }: Pick<WebhookRow, 'events'>): readonly WebhookEvent[] {
  return events.split(' ').flatMap((event) => webhookEvent.safeParse(event).data ?? []);
}

export async function findWebhook(db: Database, id: string): Promise<WebhookRow | undefined> {
  return await db.selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirst();
}

/** In the order in which they were made. */
export async function listWebhooks(
  db: Database,
  user: string,
): Promise<readonly (Omit<WebhookRow, 'secret'> & { readonly waiting: number })[]> {
  return await db
    .selectFrom('webhook')
    .select(['id', 'user', 'name', 'url', 'events', 'document', 'state', 'created_at'])
    .select(['last_at', 'last_result', 'failures', 'failing_since', 'retry_at', 'dropped'])
    .select((eb) =>
      eb
        .selectFrom('webhook_delivery')
        .select(sql<number>`cast(count(*) as integer)`.as('waiting'))
        .whereRef('webhook_delivery.webhook', '=', 'webhook.id')
        .$asScalar()
        .$notNull()
        .as('waiting'),
    )
    .where('user', '=', user)
    .orderBy('created_at')
    .orderBy('id')
    .limit(MAX_WEBHOOKS)
    .execute();
}

export async function deleteWebhook(
  db: Database,
  { id, user }: Pick<WebhookRow, 'id' | 'user'>,
): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('webhook')
    .where('id', '=', id)
    .where('user', '=', user)
    .executeTakeFirst();
  if (numDeletedRows > 0n) await deleteDeliveriesOf(db, id);
}

export async function setWebhookSecret(
  db: Database,
  { id, secret }: Pick<WebhookRow, 'id' | 'secret'>,
): Promise<void> {
  await db.updateTable('webhook').set({ secret }).where('id', '=', id).execute();
}

/** Switches it on, as if nothing had failed. */
export async function resumeWebhook(db: Database, id: string): Promise<void> {
  await db
    .updateTable('webhook')
    .set({ state: 'on', failures: 0, failing_since: null, retry_at: null, dropped: 0 })
    .where('id', '=', id)
    .execute();
}

export async function switchOffWebhooksOf(db: Database, user: string): Promise<void> {
  await db
    .updateTable('webhook')
    .set({ state: 'off' })
    .where('user', '=', user)
    .where('state', '=', 'on')
    .execute();
  await db
    .deleteFrom('webhook_delivery')
    .where('webhook', 'in', (eb) => eb.selectFrom('webhook').select('id').where('user', '=', user))
    .execute();
}

const firstOn = compiledQuery((db) =>
  db.selectFrom('webhook').select('id').where('state', '=', 'on').limit(1),
);

/** Whether anybody would be told. */
export async function hasWebhooks(db: Database): Promise<boolean> {
  return (await firstOn(db)).length > 0;
}

/**
 * Webhooks about the document, of people with an account who have it on their list, or own it: a link that anybody may
 * open tells nobody that there is such a document (WH4).
 */
export async function findHearers(
  db: Database,
  { type, document }: { readonly type: WebhookEvent; readonly document: string },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('webhook')
    .innerJoin('user', 'user.id', 'webhook.user')
    .select(['webhook.id', 'webhook.user', 'webhook.events', 'webhook.document'])
    .where('webhook.state', '=', 'on')
    .where('user.registered_at', 'is not', null)
    .where('user.blocked_at', 'is', null)
    .where((eb) =>
      eb.or([eb('webhook.document', 'is', null), eb('webhook.document', '=', document)]),
    )
    .orderBy('webhook.id')
    .execute();
  const subscribed = rows.filter((row) => eventsOf(row).includes(type));
  const users = [...new Set(subscribed.map(({ user }) => user))];
  const people = new Set([
    ...(await findListers(db, [document], users)),
    ...(await readOwners(db, document)),
  ]);
  return subscribed
    .filter((row) => row.document !== null || people.has(row.user))
    .map(({ id }) => id);
}

/** Adds it once; not to a webhook for which too many wait (WH8). */
export async function addDelivery(db: Database, delivery: WebhookDeliveryRow): Promise<void> {
  const { webhook } = delivery;
  const { waiting } = await db
    .selectFrom('webhook_delivery')
    .select(sql<number>`cast(count(*) as integer)`.as('waiting'))
    .where('webhook', '=', webhook)
    .executeTakeFirstOrThrow();
  if (waiting < WEBHOOKS.maxWaiting) {
    await db
      .insertInto('webhook_delivery')
      .values(delivery)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return;
  }
  await db
    .updateTable('webhook')
    .set((eb) => ({ dropped: eb('dropped', '+', 1) }))
    .where('id', '=', webhook)
    .execute();
}

/** The oldest that waits. */
export async function findDelivery(
  db: Database,
  webhook: string,
): Promise<WebhookDeliveryRow | undefined> {
  return await db
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('webhook', '=', webhook)
    .orderBy('at')
    .orderBy('event')
    .executeTakeFirst();
}

export async function deleteDelivery(
  db: Database,
  { webhook, event }: Pick<WebhookDeliveryRow, 'webhook' | 'event'>,
): Promise<void> {
  await db
    .deleteFrom('webhook_delivery')
    .where('webhook', '=', webhook)
    .where('event', '=', event)
    .execute();
}

export async function deleteDeliveriesOf(db: Database, webhook: string): Promise<void> {
  await db.deleteFrom('webhook_delivery').where('webhook', '=', webhook).execute();
}

/** What became of a delivery; of a webhook that was switched off or deleted meanwhile, nothing. */
export async function recordDelivery(
  db: Database,
  id: string,
  facts: Pick<
    WebhookRow,
    'state' | 'last_at' | 'last_result' | 'failures' | 'failing_since' | 'retry_at'
  >,
): Promise<void> {
  await db
    .updateTable('webhook')
    .set(facts)
    .where('id', '=', id)
    .where('state', '=', 'on')
    .execute();
}
