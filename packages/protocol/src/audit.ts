/**
 * The audit log: who changed whose power, or what exists, and when; never content. The list of actions is closed, and
 * the schema of each has ids, numbers and words of lists only (AU2). Its rules are AU1 to AU9 of
 * `apps/server/src/storage/audit/README.md`.
 */
import * as z from 'zod/mini';
import { REGISTRATION, SIGN_IN } from './accounts.ts';
import { apiScope } from './api-tokens.ts';
import { groupId } from './groups.ts';
import { webhookEvent } from './webhooks.ts';
import {
  documentId,
  instant,
  linkAccess,
  memberRole,
  title,
  user,
  userId,
} from './messages/field.ts';

export const MAX_AUDIT_PAGE = 50;

const nothing = z.strictObject({});
const way = z.enum(['password', 'provider', 'passkey']);
const numberText = z.pipe(
  z.string().check(z.regex(/^\d{1,15}$/)),
  z.transform((text: string) => Number(text)),
);
const positive = z.int().check(z.positive());
/** Null: as the document around it. */
const link = z.nullable(linkAccess);

/** What is recorded of each action besides who, when, in which document and about whom. */
export const AUDIT_DETAILS = {
  'document:created': z.strictObject({ parent: z.nullable(documentId) }),
  'document:moved': z.strictObject({
    from: z.nullable(documentId),
    to: z.nullable(documentId),
  }),
  'document:trashed': nothing,
  'document:restored': nothing,
  /** - `time`: its days in the trash were over */
  'document:purged': z.strictObject({ cause: z.enum(['person', 'time']) }),
  'document:restricted': z.strictObject({ isRestricted: z.boolean() }),
  /** Without its address, which opens it. */
  'document:published': nothing,
  'document:unpublished': nothing,
  'publication:changed': z.strictObject({ isIndexed: z.boolean() }),
  /** By an administrator. */
  'publication:taken-down': nothing,
  'link:changed': z.strictObject({ from: link, to: link, expiresAt: z.nullable(instant) }),
  'link:expired': nothing,
  'link:protected': z.strictObject({ hasPassword: z.boolean() }),
  /** `from` is null for a person without a role of their own. */
  'member:changed': z.strictObject({ from: z.nullable(memberRole), to: memberRole }),
  'member:removed': z.strictObject({ from: memberRole }),
  'access:declined': nothing,
  /** No address is recorded, so that a row does not tell whether anybody has it. */
  'address:invited': z.strictObject({ to: memberRole }),
  'address:withdrawn': nothing,
  /** By the person whose address it is; of whom it was invited is the person of the row. */
  'address:claimed': z.strictObject({ from: z.nullable(memberRole), to: memberRole }),
  /** A group of people (GR1). Its name is not recorded; rows with the same id are about the same group. */
  'group:created': z.strictObject({ group: groupId }),
  'group:renamed': z.strictObject({ group: groupId }),
  'group:deleted': z.strictObject({ group: groupId }),
  'group:joined': z.strictObject({ group: groupId }),
  'group:left': z.strictObject({ group: groupId }),
  /** `from` is null for a group without a role in the document, and `to` for one from which it was taken. */
  'group:shared': z.strictObject({
    group: groupId,
    from: z.nullable(memberRole),
    to: z.nullable(memberRole),
  }),
  /** Of somebody else: nobody is watched in what they write themselves. */
  'message:deleted': z.strictObject({ channel: z.enum(['chat', 'comments']) }),
  'account:created': z.strictObject({ way, isInvited: z.boolean() }),
  'account:signed-in': z.strictObject({ way }),
  'account:sessions-ended': z.strictObject({ count: positive }),
  'account:password-changed': z.strictObject({ cause: z.enum(['person', 'mailed-link']) }),
  'account:address-confirmed': nothing,
  'account:identity-connected': nothing,
  'account:identity-removed': nothing,
  'account:passkey-added': nothing,
  'account:passkeys-removed': z.strictObject({ count: positive }),
  'account:guest-merged': nothing,
  'token:created': z.strictObject({
    scopes: z.array(apiScope),
    days: z.nullable(positive),
  }),
  'token:ended': nothing,
  'webhook:created': z.strictObject({ events: z.array(webhookEvent) }),
  'webhook:secret-changed': nothing,
  'webhook:paused': nothing,
  'webhook:resumed': nothing,
  'webhook:ended': nothing,
  'administrator:added': nothing,
  'administrator:removed': nothing,
  'person:blocked': nothing,
  'person:unblocked': nothing,
  'person:signed-out': z.strictObject({ count: positive }),
  'invitation:created': nothing,
  'invitation:withdrawn': nothing,
  /** What it was changed to. */
  'settings:changed': z.strictObject({
    signIn: z.optional(z.enum(SIGN_IN)),
    registration: z.optional(z.enum(REGISTRATION)),
  }),
} as const;

export type AuditAction = keyof typeof AUDIT_DETAILS;

export type AuditDetail<A extends AuditAction> = z.infer<(typeof AUDIT_DETAILS)[A]>;

export const AUDIT_ACTIONS = Object.keys(AUDIT_DETAILS) as AuditAction[];

export const auditAction = z.enum(AUDIT_ACTIONS);

/** The /24 of an IPv4 address, or the /48 of an IPv6 one. */
const auditNetwork = z
  .string()
  .check(z.regex(/^(?:\d{1,3}(?:\.\d{1,3}){2}\.0\/24|[\da-f]{1,4}(?::[\da-f]{1,4}){2}::\/48)$/));

/** All may be missing. Numbers are written as text. */
export const auditQuery = z.strictObject({
  /** Who did it, or whom it was done to. */
  person: z.optional(userId),
  document: z.optional(documentId),
  action: z.optional(auditAction),
  since: z.optional(numberText),
  until: z.optional(numberText),
  /** A number. */
  before: z.optional(numberText),
});

const fields = {
  /** Ascending; numbers may be missing (AU7). */
  number: positive,
  at: instant,
  /** Null: the server by itself. */
  actor: z.nullable(userId),
  document: z.nullable(documentId),
  /** Whom it was done to. */
  person: z.nullable(userId),
  /** From where; of sign-ups and sign-ins only. */
  network: z.nullable(auditNetwork),
};

type Fields = { readonly [F in keyof typeof fields]: z.infer<(typeof fields)[F]> };

export type AuditEntry = {
  [A in AuditAction]: Fields & { readonly action: A; readonly detail: AuditDetail<A> };
}[AuditAction];

export const auditEntry = z.union(
  AUDIT_ACTIONS.map((action) =>
    z.object({ ...fields, action: z.literal(action), detail: AUDIT_DETAILS[action] }),
  ),
) as unknown as z.ZodMiniType<AuditEntry>;

/** The newest first. */
export const auditPage = z.object({
  entries: z.array(auditEntry).check(z.maxLength(MAX_AUDIT_PAGE)),
  /** Those of the entries that are still known. */
  people: z.array(user),
  /** Those that the administrator may read: nobody learns other titles here. */
  documents: z.array(z.object({ id: documentId, title })),
  /** The number before which there may be more; null at the end. */
  next: z.nullable(positive),
});
export type AuditPage = z.infer<typeof auditPage>;
