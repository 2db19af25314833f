/** Commands about a person's webhooks: WH1, WH2 in `webhooks/README.md`. */
import { can, MAX_WEBHOOKS } from '@tandem/protocol';
import { findAccessEntry } from '../../storage/roles.ts';
import { findSession, isConfirmed } from '../../storage/sessions.ts';
import { findUser } from '../../storage/users.ts';
import type { WebhookRow } from '../../storage/tables/accounts.ts';
import {
  addDeliveries,
  addWebhook,
  deleteWebhook,
  endPause,
  findWebhook,
  hasTestWaiting,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
  setWebhookSecret,
} from '../../storage/webhooks.ts';
import { webhookDeliveryJob } from '../../webhooks/webhook-job-types.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type WebhookHandlers = Pick<HandlerTable, Extract<keyof HandlerTable, `webhook:${string}`>>;

export const webhookHandlers: WebhookHandlers = {
  async 'webhook:create'(context, { session, about, ...webhook }) {
    const { db, user, at, audit } = context;
    const row = await findUser(db, user);
    if (row === undefined || row.registered_at === null) return forbidden('webhook-account-first');
    if (!(await isConfirmedIn(context, session))) return forbidden('confirm-first');
    if ((await listWebhooks(db, user)).length >= MAX_WEBHOOKS)
      return forbidden('too-many-webhooks');
    if (about !== null) {
      const entry = await findAccessEntry(db, { document: about, user });
      if (entry === null || !can(entry, 'read')) return notFound('document');
    }
    await addWebhook(db, { ...webhook, document: about, user, at });
    const detail = { events: [...new Set(webhook.events)] };
    audit({ action: 'webhook:created', detail, ...(about === null ? {} : { document: about }) });
    return DONE;
  },

  async 'webhook:rotate'(context, { id, secret, session }) {
    if ((await findOwn(context, id)) === null) return notFound('webhook');
    if (!(await isConfirmedIn(context, session))) return forbidden('confirm-first');
    await setWebhookSecret(context.db, { id, secret });
    context.audit({ action: 'webhook:secret-changed', detail: {} });
    return DONE;
  },

  async 'webhook:pause'(context, { id }) {
    const webhook = await findOwn(context, id);
    if (webhook === null) return notFound('webhook');
    // One that was switched off says why.
    if (webhook.state !== 'on') return DONE;
    await pauseWebhook(context.db, id);
    context.audit({ action: 'webhook:paused', detail: {} });
    return DONE;
  },

  async 'webhook:resume'(context, { id, session }) {
    const webhook = await findOwn(context, id);
    if (webhook === null) return notFound('webhook');
    // Somebody who knew the old password may have made it (WH11).
    if (webhook.state === 'off' && !(await isConfirmedIn(context, session)))
      return forbidden('confirm-first');
    await resumeWebhook(context.db, id);
    context.enqueue(webhookDeliveryJob(id));
    if (webhook.state !== 'on') context.audit({ action: 'webhook:resumed', detail: {} });
    return DONE;
  },

  async 'webhook:test'(context, { id, event }) {
    const { db, user, at } = context;
    const webhook = await findOwn(context, id);
    if (webhook === null) return notFound('webhook');
    if (webhook.state !== 'on') return forbidden('webhook-off');
    if (await hasTestWaiting(db, id)) return forbidden('test-waits');
    await addDeliveries(db, [id], { event, at, type: 'test', document: null, actor: user });
    await endPause(db, id);
    context.enqueue(webhookDeliveryJob(id));
    return DONE;
  },

  async 'webhook:end'({ db, user, audit }, { id }) {
    if (await deleteWebhook(db, { id, user })) audit({ action: 'webhook:ended', detail: {} });
    return DONE;
  },
};

type Context = Pick<HandlerContext, 'db' | 'user' | 'at'>;

/** Of others, nobody learns that there is one. */
async function findOwn({ db, user }: Context, id: string): Promise<WebhookRow | null> {
  const webhook = await findWebhook(db, id);
  return webhook?.user === user ? webhook : null;
}

/** Who finds an open page makes no way out for what its person reads (AC23). */
async function isConfirmedIn({ db, user, at }: Context, session: string): Promise<boolean> {
  const current = await findSession(db, session);
  return current?.user === user && isConfirmed(current, at);
}
