/** Commands about a person's webhooks: WH1, WH2 in `webhooks/README.md`. */
import { MAX_WEBHOOKS } from '@tandem/protocol';
import { findSession, isConfirmed } from '../../storage/sessions.ts';
import { findUser } from '../../storage/users.ts';
import {
  addDelivery,
  addWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  resumeWebhook,
  setWebhookSecret,
} from '../../storage/webhooks.ts';
import { webhookDeliveryJob } from '../../webhooks/webhook-jobs.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type WebhookHandlers = Pick<HandlerTable, Extract<keyof HandlerTable, `webhook:${string}`>>;

export const webhookHandlers: WebhookHandlers = {
  async 'webhook:create'(context, { session, about, ...webhook }) {
    const { db, user, at } = context;
    const row = await findUser(db, user);
    if (row === undefined || row.registered_at === null) return forbidden('webhook-account-first');
    if (!(await isConfirmedIn(context, session))) return forbidden('confirm-first');
    if ((await listWebhooks(db, user)).length >= MAX_WEBHOOKS)
      return forbidden('too-many-webhooks');
    await addWebhook(db, { ...webhook, document: about, user, at });
    return DONE;
  },

  async 'webhook:rotate'(context, { id, secret, session }) {
    if (!(await isOwn(context, id))) return notFound('webhook');
    if (!(await isConfirmedIn(context, session))) return forbidden('confirm-first');
    await setWebhookSecret(context.db, { id, secret });
    return DONE;
  },

  async 'webhook:resume'(context, { id }) {
    if (!(await isOwn(context, id))) return notFound('webhook');
    await resumeWebhook(context.db, id);
    context.enqueue(webhookDeliveryJob(id));
    return DONE;
  },

  async 'webhook:test'(context, { id, event }) {
    const { db, user, at } = context;
    const webhook = await findWebhook(db, id);
    if (webhook?.user !== user) return notFound('webhook');
    if (webhook.state !== 'on') return forbidden('webhook-off');
    const test = { type: 'test', document: null, actor: user } as const;
    await addDelivery(db, { webhook: id, event, at, ...test });
    context.enqueue(webhookDeliveryJob(id));
    return DONE;
  },

  async 'webhook:end'({ db, user }, { id }) {
    await deleteWebhook(db, { id, user });
    return DONE;
  },
};

type Context = Pick<HandlerContext, 'db' | 'user' | 'at'>;

async function isOwn({ db, user }: Context, id: string): Promise<boolean> {
  return (await findWebhook(db, id))?.user === user;
}

/** Who finds an open page makes no way out for what its person reads (AC23). */
async function isConfirmedIn({ db, user, at }: Context, session: string): Promise<boolean> {
  const current = await findSession(db, session);
  return current?.user === user && isConfirmed(current, at);
}
