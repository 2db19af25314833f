/** Webhooks: what the server tells programs of people. Rules WH1 to WH14 in the server's `webhooks/README.md`. */
import * as z from 'zod/mini';
import { MAX_WEBHOOK_URL_LENGTH, MAX_WEBHOOKS } from './limits.ts';
import {
  count,
  displayName,
  documentId,
  instant,
  newName,
  title,
  ulid,
  userId,
} from './messages/field.ts';

export const WEBHOOK_EVENTS = [
  'document.created',
  /** Its text, at most once a minute. */
  'document.changed',
  'document.renamed',
  'document.trashed',
  'document.restored',
  'comment.created',
  'comment.resolved',
] as const;
export const webhookEvent = z.enum(WEBHOOK_EVENTS);
export type WebhookEvent = z.infer<typeof webhookEvent>;

const events = z.array(webhookEvent).check(z.minLength(1), z.maxLength(WEBHOOK_EVENTS.length));
const url = z.string().check(z.minLength(1), z.maxLength(MAX_WEBHOOK_URL_LENGTH));
const webhookId = ulid;

/**
 * - `paused`: by its person
 * - `off`: a new password, or another end of all tokens, has switched it off
 * - `failed`: its receiver did not answer for days
 * - `gone`: its receiver has said that it wants no more
 */
const WEBHOOK_STATES = ['on', 'paused', 'off', 'failed', 'gone'] as const;
export const webhookState = z.enum(WEBHOOK_STATES);
export type WebhookState = z.infer<typeof webhookState>;

export const webhook = z.object({
  id: webhookId,
  name: displayName,
  url,
  events,
  /** Null: all that its person may read. */
  document: z.nullable(documentId),
  state: webhookState,
  createdAt: instant,
  /** Of the last delivery, and what became of it; null before the first one. */
  last: z.nullable(
    z.object({
      at: instant,
      /** The code of the answer, or why there was none. */
      result: z.string().check(z.maxLength(32)),
    }),
  ),
  /** Deliveries that wait, and those that were left out: too many waited, or one failed for a day. */
  waiting: count,
  dropped: count,
});
export type Webhook = z.infer<typeof webhook>;
export const webhooks = z.object({ webhooks: z.array(webhook).check(z.maxLength(MAX_WEBHOOKS)) });
export type Webhooks = z.infer<typeof webhooks>;

export const webhookCreate = z.strictObject({
  name: newName,
  url,
  events,
  document: z.nullable(documentId),
});
export type WebhookCreate = z.input<typeof webhookCreate>;

/** Shown once. */
export const newWebhook = z.object({ id: webhookId, secret: z.string().check(z.maxLength(64)) });
export type NewWebhook = z.infer<typeof newWebhook>;

export const webhookChoice = z.strictObject({ webhook: webhookId });

export const DELIVERY_TYPES = [...WEBHOOK_EVENTS, 'test'] as const;

/** The body of a delivery. */
export const webhookDelivery = z.object({
  /** The same for all attempts, as in the header `webhook-id`. */
  id: ulid,
  type: z.enum(DELIVERY_TYPES),
  at: instant,
  /** Null of a test. */
  document: z.nullable(z.object({ id: documentId, title })),
  /** Null where it may be several, or the server itself. */
  actor: z.nullable(z.object({ id: userId, name: displayName })),
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;
