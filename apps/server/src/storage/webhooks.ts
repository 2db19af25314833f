/** Webhooks of people, and what waits to be delivered to them: rules WH1 to WH14 in `webhooks/README.md`. */
import { sql, type RawBuilder } from 'kysely';
import { MAX_WEBHOOKS } from '@tandem/protocol';
import { webhookEvent, type WebhookEvent } from '@tandem/protocol/webhooks';
import { WEBHOOKS } from '../limits.ts';
import { compiledQuery } from './compiled-query.ts';
import type { Database } from './tables.ts';
import type { WebhookDeliveryRow, WebhookRow } from './tables/accounts.ts';

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
      next_at: null,
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
    .select(['last_at', 'last_result', 'failures', 'failing_since', 'next_at', 'dropped'])
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

/** @returns whether there was one of this person. */
export async function deleteWebhook(
  db: Database,
  { id, user }: Pick<WebhookRow, 'id' | 'user'>,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('webhook')
    .where('id', '=', id)
    .where('user', '=', user)
    .executeTakeFirst();
  if (numDeletedRows > 0n) await deleteDeliveriesOf(db, id);
  return numDeletedRows > 0n;
}

export async function setWebhookSecret(
  db: Database,
  { id, secret }: Pick<WebhookRow, 'id' | 'secret'>,
): Promise<void> {
  await db.updateTable('webhook').set({ secret }).where('id', '=', id).execute();
}

/** Switches it on, as if nothing had failed. */
export async function resumeWebhook(db: Database, id: string): Promise<void> {
  const clear = { failures: 0, failing_since: null, next_at: null } as const;
  await db
    .updateTable('webhook')
    .set({ state: 'on', ...clear })
    .where('id', '=', id)
    .execute();
}

export async function pauseWebhook(db: Database, id: string): Promise<void> {
  await db.updateTable('webhook').set({ state: 'paused' }).where('id', '=', id).execute();
  await dropDeliveriesOf(db, id);
}

/** Tries at once, whatever has failed before. */
export async function endPause(db: Database, id: string): Promise<void> {
  await db.updateTable('webhook').set({ next_at: null }).where('id', '=', id).execute();
}

export async function switchOffWebhooksOf(db: Database, user: string): Promise<void> {
  const switched = await db
    .updateTable('webhook')
    .set({ state: 'off' })
    .where('user', '=', user)
    .returning('id')
    .execute();
  for (const { id } of switched) await dropDeliveriesOf(db, id);
}

/** Their people switch them on again. */
export async function switchOffAllWebhooks(db: Database): Promise<void> {
  await db.updateTable('webhook').set({ state: 'off' }).where('state', '=', 'on').execute();
}

const firstOn = compiledQuery((db) =>
  db.selectFrom('webhook').select('id').where('state', '=', 'on').limit(1),
);

/** Whether anybody would be candidate. */
export async function hasWebhooks(db: Database): Promise<boolean> {
  return (await firstOn(db)).length > 0;
}

/**
 * Some of the webhooks that hear of an event, in the order of their ids: those about the document, and those of people who
 * have it on their list or own it. A link that anybody may open tells nobody that there is such a document (WH4). The
 * search begins with the document's people: it does not grow with the webhooks of others (WH14).
 */
export async function findSubscribers(
  db: Database,
  {
    type,
    document,
    after = '',
    limit = WEBHOOKS.perStep,
  }: {
    readonly type: WebhookEvent;
    readonly document: string;
    readonly after?: string;
    readonly limit?: number;
  },
): Promise<readonly string[]> {
  const { rows } = await subscribersOf({ type, document, after, limit }).execute(db);
  return rows.map(({ id }) => id);
}

/** For the test of its plan, too. */
export function subscribersOf({
  type,
  document,
  after,
  limit,
}: Readonly<Record<'type' | 'document' | 'after', string>> & {
  readonly limit: number;
}): RawBuilder<{ readonly id: string }> {
  // `cross join`, because SQLite then takes the tables in this order.
  return sql`
    with people as (
      select "user" from visit where document = ${document}
      union
      select visit."user" from document_ancestor as inside
        join visit on visit.document = inside.ancestor
        join document as around on around.id = inside.ancestor
        where inside.document = ${document}
          and (inside.inherits = 1 or around.owner = visit."user")
      union
      select owner from document where id = ${document} and owner is not null
      union
      select around.owner from document_ancestor as inside
        join document as around on around.id = inside.ancestor
        where inside.document = ${document} and around.owner is not null
    ),
    candidate as (
      select id, "user", events, state from webhook where document = ${document}
      union all
      select webhook.id, webhook."user", webhook.events, webhook.state
        from people cross join webhook
        where webhook."user" = people."user" and webhook.document is null
    )
    select candidate.id from candidate cross join "user"
      where "user".id = candidate."user" and candidate.state = 'on' and candidate.id > ${after}
        and ' ' || candidate.events || ' ' like ${`% ${type} %`}
        and "user".registered_at is not null and "user".blocked_at is null
      order by candidate.id limit ${limit}`;
}

/**
 * Adds one to each webhook, once; not to those for which too many wait. What waits of the same kind, about the same document
 * and by the same person is replaced by it, so that nobody fills the queue by repeating something (WH8).
 */
export async function addDeliveries(
  db: Database,
  webhooks: readonly string[],
  delivery: Omit<WebhookDeliveryRow, 'webhook'>,
): Promise<void> {
  if (webhooks.length === 0) return;
  const { type, document, actor, event } = delivery;
  await db
    .deleteFrom('webhook_delivery')
    .where('webhook', 'in', webhooks)
    .where('type', '=', type)
    .where('document', document === null ? 'is' : '=', document)
    .where('actor', actor === null ? 'is' : '=', actor)
    .where('event', '<>', event)
    .execute();
  const isAboutIt = sql<number>`cast(sum(case when document = ${document} then 1 else 0 end) as integer)`;
  const waiting = await db
    .selectFrom('webhook_delivery')
    .select(['webhook', sql<number>`cast(count(*) as integer)`.as('all')])
    .select(isAboutIt.as('about'))
    .where('webhook', 'in', webhooks)
    .groupBy('webhook')
    .execute();
  const full = waiting.filter(
    ({ all, about }) => all >= WEBHOOKS.maxWaiting || about >= WEBHOOKS.maxWaitingOfDocument,
  );
  const without = new Set(full.map(({ webhook }) => webhook));
  const rows = webhooks
    .filter((id) => !without.has(id))
    .map((id) => ({ ...delivery, webhook: id }));
  if (rows.length > 0)
    await db
      .insertInto('webhook_delivery')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  for (const id of without) await countDropped(db, id, 1);
}

/** Events that a webhook is not told of: WH8, WH10 and WH13. */
async function countDropped(db: Database, webhook: string, count: number): Promise<void> {
  await db
    .updateTable('webhook')
    .set((eb) => ({ dropped: eb('dropped', '+', count) }))
    .where('id', '=', webhook)
    .execute();
}

export async function dropDelivery(
  db: Database,
  delivery: Pick<WebhookDeliveryRow, 'webhook' | 'event'>,
): Promise<void> {
  await deleteDelivery(db, delivery);
  await countDropped(db, delivery.webhook, 1);
}

/** What waits for a webhook that is not on is not sent any more. */
export async function dropDeliveriesOf(db: Database, webhook: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('webhook_delivery')
    .where('webhook', '=', webhook)
    .executeTakeFirst();
  if (numDeletedRows > 0n) await countDropped(db, webhook, Number(numDeletedRows));
}

export async function hasTestWaiting(db: Database, webhook: string): Promise<boolean> {
  const row = await db
    .selectFrom('webhook_delivery')
    .select('event')
    .where('webhook', '=', webhook)
    .where('type', '=', 'test')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
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
    .limit(1)
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
    'state' | 'last_at' | 'last_result' | 'failures' | 'failing_since' | 'next_at'
  >,
): Promise<void> {
  await db
    .updateTable('webhook')
    .set(facts)
    .where('id', '=', id)
    .where('state', '=', 'on')
    .execute();
}
