/** The contract of stored webhooks. Each database runs it. */
import type { WebhookEvent } from '@tandem/protocol/webhooks';
import { expect, test } from 'vitest';
import { addVisit } from './visits.ts';
import { createDocument } from './documents.ts';
import type { Database } from './tables.ts';
import { createUser, registerUser } from './users.ts';
import {
  addDeliveries,
  addWebhook,
  deleteWebhook,
  dropDelivery,
  eventsOf,
  findDelivery,
  findSubscribers,
  hasTestWaiting,
  hasWebhooks,
  listWebhooks,
  pauseWebhook,
  recordDelivery,
  resumeWebhook,
  switchOffAllWebhooks,
  switchOffWebhooksOf,
} from './webhooks.ts';

const AT = 1_800_000_000_000;
const document = 'document-of-ada';
const inside = 'document-inside-of-it';

export function testWebhooks(open: () => Promise<Database>): void {
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['ada', 'ben', 'coe', 'guest'])
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
    for (const id of ['ada', 'ben', 'coe']) await registerUser(db, { id, at: AT });
    for (const id of [document, inside])
      await createDocument(db, { id, kind: 'page', title: '', owner: 'ada', at: AT });
    const around = { document: inside, ancestor: document, depth: 1, inherits: 1 };
    await db.insertInto('document_ancestor').values(around).execute();
    return db;
  }

  const add = (
    db: Database,
    id: string,
    more: { user?: string; about?: string | null; events?: readonly WebhookEvent[] } = {},
  ) =>
    addWebhook(db, {
      ...{ id, user: more.user ?? 'ada', name: `Name of ${id}`, url: 'https://receiver.example' },
      ...{ document: more.about ?? null, secret: 'whsec_secret', at: AT },
      events: more.events ?? ['document.renamed', 'comment.created'],
    });
  const hear = (db: Database, of = document, type: WebhookEvent = 'document.renamed') =>
    findSubscribers(db, { type, document: of });
  const delivery = (event: string, at = AT) =>
    ({ event, type: 'document.renamed', document, actor: 'ada', at }) as const;

  test('WH4 owners are subscribers, and by those on whose list the document is', async () => {
    const db = await scene();
    await add(db, '1-ada');
    await add(db, '2-ben', { user: 'ben' });
    await add(db, '3-coe', { user: 'coe' });
    await add(db, '4-guest', { user: 'guest' });
    for (const user of ['ben', 'guest']) await addVisit(db, { user, document, at: AT });
    expect(await hear(db)).toEqual(['1-ada', '2-ben']);
    expect(await hear(db, inside)).toEqual(['1-ada', '2-ben']);
    expect(await hear(db, document, 'document.changed')).toEqual([]);
    expect(await hear(db, 'unknown')).toEqual([]);
    await db.updateTable('user').set({ blocked_at: AT }).where('id', '=', 'ada').execute();
    expect(await hear(db)).toEqual(['2-ben']);
  });

  test('WH4 one about a document hears of that one only, whatever is on the list', async () => {
    const db = await scene();
    await add(db, '1-coe', { user: 'coe', about: document });
    expect([await hear(db), await hear(db, inside)]).toEqual([['1-coe'], []]);
  });

  test('WH14 those who hear are found in steps', async () => {
    const db = await scene();
    for (const id of ['a', 'b', 'c']) await add(db, id);
    const step = (after: string) =>
      findSubscribers(db, { type: 'comment.created', document, after, limit: 2 });
    expect([await step(''), await step('b'), await step('c')]).toEqual([['a', 'b'], ['c'], []]);
  });

  test('only those that are on hear, and what waits goes with what ends', async () => {
    const db = await scene();
    expect(await hasWebhooks(db)).toBe(false);
    for (const id of ['a', 'b', 'c']) {
      await add(db, id);
      await addDeliveries(db, [id], delivery('event'));
    }
    expect(await hasWebhooks(db)).toBe(true);
    await pauseWebhook(db, 'a');
    expect(await deleteWebhook(db, { id: 'b', user: 'ben' })).toBe(false);
    expect(await deleteWebhook(db, { id: 'b', user: 'ada' })).toBe(true);
    expect(await hear(db)).toEqual(['c']);
    await switchOffWebhooksOf(db, 'ada');
    expect([await hear(db), await hasWebhooks(db)]).toEqual([[], false]);
    for (const id of ['a', 'b', 'c']) expect(await findDelivery(db, id)).toBeUndefined();
    await resumeWebhook(db, 'a');
    expect(await hear(db)).toEqual(['a']);
  });

  test('WH8 deliveries wait once, in the order of their events', async () => {
    const db = await scene();
    for (const id of ['a', 'b']) await add(db, id);
    await addDeliveries(db, ['a', 'b'], { ...delivery('later', AT + 1), actor: 'coe' });
    for (let i = 0; i < 2; i++) await addDeliveries(db, ['a'], delivery('first'));
    expect((await findDelivery(db, 'a'))?.event).toBe('first');
    expect((await findDelivery(db, 'b'))?.event).toBe('later');
    const counts = async () => (await listWebhooks(db, 'ada')).map(({ waiting }) => waiting);
    expect(await counts()).toEqual([2, 1]);
    await dropDelivery(db, { webhook: 'a', event: 'first' });
    expect(await listWebhooks(db, 'ada')).toMatchObject([
      { id: 'a', waiting: 1, dropped: 1 },
      { id: 'b', waiting: 1, dropped: 0 },
    ]);
    expect(await hasTestWaiting(db, 'a')).toBe(false);
    await addDeliveries(db, ['a'], { ...delivery('test'), type: 'test', document: null });
    expect([await hasTestWaiting(db, 'a'), await hasTestWaiting(db, 'b')]).toEqual([true, false]);
  });

  test('WH10 what waited for one that is switched off is counted', async () => {
    const db = await scene();
    for (const id of ['a', 'b']) {
      await add(db, id);
      await addDeliveries(db, [id], delivery('event'));
    }
    await switchOffWebhooksOf(db, 'ada');
    const dropped = (await listWebhooks(db, 'ada')).map((webhook) => webhook.dropped);
    expect(dropped).toEqual([1, 1]);
    for (const id of ['a', 'b']) await resumeWebhook(db, id);
    expect(await hasWebhooks(db)).toBe(true);
    await switchOffAllWebhooks(db);
    expect(await hasWebhooks(db)).toBe(false);
  });

  test('what became of a delivery does not switch on what was switched off meanwhile', async () => {
    const db = await scene();
    await add(db, 'a');
    const facts = { last_at: AT, last_result: '500', failing_since: AT, next_at: AT + 1 };
    await recordDelivery(db, 'a', { ...facts, state: 'on', failures: 1 });
    expect(await listWebhooks(db, 'ada')).toMatchObject([{ ...facts, state: 'on' }]);
    await pauseWebhook(db, 'a');
    await recordDelivery(db, 'a', { ...facts, state: 'on', failures: 2 });
    expect(await listWebhooks(db, 'ada')).toMatchObject([{ state: 'paused', failures: 1 }]);
    expect(eventsOf({ events: 'document.renamed planets.moved' })).toEqual(['document.renamed']);
  });
}
