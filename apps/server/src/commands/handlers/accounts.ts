/** Commands that make accounts, and begin and end their sessions: AC1 to AC4, AC8 to AC10, AC23 to AC27 in `accounts/README.md`. */
import { MAX_IDENTITIES } from '@tandem/protocol/accounts';
import type { AuditDetail } from '@tandem/protocol/audit';
import { endsLinks, isLinkDue, linkMailJob } from '../../accounts/link-mail.ts';
import { noticeMailJob, type NoticedChange } from '../../accounts/notice-mail.ts';
import { ACCOUNTS } from '../../storage/limits.ts';
import { deleteApiTokensOf } from '../../storage/api-tokens.ts';
import { chatKey, commentsKey, inboxKey, sharingKey, trashKey } from '../../storage/channel-key.ts';
import { chooseFrequency } from '../../storage/digests.ts';
import { findGuestDocuments, mergeGuest } from '../../storage/guest-merge.ts';
import { endOffer, offerGuest } from '../../storage/guest-offers.ts';
import {
  addIdentity,
  EMAIL_ISSUER,
  findEmailIdentity,
  findIdentitiesOf,
  findIdentity,
  forgetRemoval,
  removeProvidersOf,
  setAdministrator,
  setCredential,
  setVerifiedAddress,
  verifyAddress,
  wasRemoved,
  type IdentityKey,
} from '../../storage/identities.ts';
import { findParticipations } from '../../storage/messages.ts';
import { readInbox } from '../../storage/notifications.ts';
import { deletePasskeysOf, hasWay, PASSKEY_ISSUER, removeWay } from '../../storage/passkeys.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import {
  confirmSession,
  createSession,
  deleteSession,
  deleteSessionsOf,
  findSession,
  isConfirmed,
} from '../../storage/sessions.ts';
import { findSharedWith } from '../../storage/sharing.ts';
import type { Database } from '../../storage/tables.ts';
import { readServerSettings } from '../../storage/server-settings.ts';
import { deleteOneTimeOf, findOneTimesOf, takeOneTime } from '../../storage/one-time-tokens.ts';
import { createUser, findUser, hasAccounts, registerUser, toUser } from '../../storage/users.ts';
import { switchOffWebhooksOf } from '../../storage/webhooks.ts';
import type { Effect, ServerCommandInput, SessionStart } from '../command-runner.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { publishListed } from './listing-changes.ts';
import { DONE, forbidden, notFound, type ForbiddenReason } from './outcomes.ts';

type AccountHandlers = Pick<
  HandlerTable,
  Exclude<
    Extract<keyof HandlerTable, `account:${string}`>,
    'account:invite' | 'account:end-invitation' | 'account:create-token' | 'account:end-token'
  >
>;

export const accountHandlers: AccountHandlers = {
  async 'account:sign-up'(context, { identity, session, profile, invitation }) {
    const { db, user, at } = context;
    if (profile !== null) await createUser(db, { id: user, ...profile, at });
    const row = await findUser(db, user);
    if (row === undefined || row.merged_into !== null) return notFound('person');
    if (row.registered_at !== null) return forbidden('has-account');
    const isFirst = !(await hasAccounts(db));
    const refusal = await refuseRegistration(context, invitation);
    if (refusal !== null) return forbidden(refusal);
    if (!(await addIdentity(db, { ...identity, user, at })))
      return forbidden(identity.issuer === EMAIL_ISSUER ? 'address-taken' : 'identity-taken');
    await registerUser(db, { id: user, at });
    const effects = await beginSession(context, session);
    const detail = { way: wayOf(identity), isInvited: invitation !== null };
    context.audit({ action: 'account:created', network: session.network, detail });
    if (isFirst) {
      await setAdministrator(db, user, true);
      effects.push({ kind: 'administrators-changed' });
      context.audit({ action: 'administrator:added', actor: 'server', person: user, detail: {} });
    }
    return { kind: 'done', effects };
  },

  async 'account:sign-in'(context, { session, guest, identity }) {
    const refusal = await refuseIdentity(context, identity);
    return refusal === null
      ? await enterAccount(context, { session, guest, way: wayOf(identity) })
      : forbidden(refusal);
  },

  async 'account:link'(context, { identity }) {
    const row = await findUser(context.db, context.user);
    if (row === undefined || row.registered_at === null) return notFound('person');
    const refusal = await addToAccount(context, identity);
    if (refusal !== null) return forbidden(refusal);
    await forgetRemoval(context.db, { ...identity, user: context.user });
    context.audit({ action: 'account:identity-connected', detail: {} });
    await notify(context, 'identity-connected');
    return DONE;
  },

  async 'account:confirm'({ db, user, at }, { session, verifiedHash }) {
    const email = await findEmailIdentity(db, user);
    if (email?.credential !== verifiedHash) return forbidden('password-changed');
    await confirmSession(db, { id: session, at });
    return DONE;
  },

  async 'account:unlink'(context, { identity, keeps, session }) {
    const { db, user, at, audit } = context;
    const current = await findSession(db, session);
    if (current?.user !== user || !isConfirmed(current, at)) return forbidden('confirm-first');
    const isItself = keeps.issuer === identity.issuer && keeps.subject === identity.subject;
    if (isItself || !(await hasWay(db, user, keeps))) return forbidden('last-way-of-person');
    if (identity.issuer === EMAIL_ISSUER) return forbidden('password-stays');
    if (!(await removeWay(db, user, identity))) return notFound('identity');
    const isPasskey = identity.issuer === PASSKEY_ISSUER;
    if (isPasskey) audit({ action: 'account:passkeys-removed', detail: { count: 1 } });
    else audit({ action: 'account:identity-removed', detail: {} });
    await notify(context, isPasskey ? 'passkey-removed' : 'identity-removed');
    return { kind: 'done', effects: await endAllElse(db, user, session) };
  },

  async 'account:change-password'(context, input) {
    const { db, user, audit } = context;
    const { passwordHash, verifiedHash, session, removesPasskeys } = input;
    const identity = await findEmailIdentity(db, user);
    if (identity === undefined) return forbidden('no-password');
    if (identity.credential !== verifiedHash) return forbidden('password-changed');
    await setCredential(db, identity, passwordHash);
    audit({ action: 'account:password-changed', detail: { cause: 'person' } });
    const removed = removesPasskeys ? await removePasskeys(context, user) : 0;
    await notify(context, removed === 0 ? 'password-changed' : 'password-and-passkeys');
    if (endsLinks(identity))
      await deleteOneTimeOf(db, { purpose: 'password-reset', subject: user });
    return { kind: 'done', effects: await endAllElse(db, user, session) };
  },

  async 'account:request-reset'({ db, enqueue }, { email }) {
    const identity = await findIdentity(db, { issuer: EMAIL_ISSUER, subject: email });
    // Also for nobody: the time that the answer takes does not tell who has an account.
    enqueue(linkMailJob('password-reset', { email, identity }));
    return DONE;
  },

  async 'account:reset-password'(context, { tokenHash: hash, passwordHash }) {
    const { db, user, at, audit } = context;
    const link = await takeOneTime(db, { hash, purpose: 'password-reset', at });
    const email = await findEmailIdentity(db, user);
    if (link?.subject !== user || email === undefined) return forbidden('reset-over');
    // Somebody else may have made the account with this address, and their own way into it.
    if (email.verified_at === null) await removeProvidersOf(db, user);
    await setCredential(db, email, passwordHash);
    audit({ action: 'account:password-changed', detail: { cause: 'mailed-link' } });
    // Who knew the old password may have added one of their own (PK13).
    await removePasskeys(context, user);
    await verifyAddress(db, { subject: email.subject, at });
    await deleteOneTimeOf(db, { purpose: 'password-reset', subject: user });
    return { kind: 'done', effects: await endAllElse(db, user, null) };
  },

  async 'account:request-verification'({ db, user, at, enqueue }) {
    const email = await findEmailIdentity(db, user);
    if (email === undefined) return forbidden('no-password');
    if (email.verified_at !== null) return DONE;
    const purpose = 'verification';
    const links = await findOneTimesOf(db, { purpose, subject: user, at });
    if (!isLinkDue(links, { purpose, at })) return forbidden('too-many-mails');
    enqueue(linkMailJob(purpose, { email: email.subject, identity: email }));
    return DONE;
  },

  async 'account:verify'({ db, user, at, audit }, { tokenHash: hash }) {
    const link = await takeOneTime(db, { hash, purpose: 'verification', at });
    const email = await findEmailIdentity(db, user);
    if (link?.subject !== user || email === undefined) return forbidden('verification-over');
    await verifyAddress(db, { subject: email.subject, at });
    await deleteOneTimeOf(db, { purpose: 'verification', subject: user });
    audit({ action: 'account:address-confirmed', detail: {} });
    return DONE;
  },

  async 'account:choose-mails'({ db, user, remind }, { frequency }) {
    if ((await findEmailIdentity(db, user)) === undefined) return forbidden('no-address');
    await chooseFrequency(db, { user, frequency });
    remind(user);
    return DONE;
  },

  async 'account:end-sessions'({ db, user, audit }, which) {
    const ended = await deleteSessionsOf(db, user, which);
    if (ended.length > 0)
      audit({ action: 'account:sessions-ended', detail: { count: ended.length } });
    return { kind: 'done', effects: endedEffects(user, ended) };
  },

  async 'account:merge-guest'(context, { guest, take }) {
    const { db, user } = context;
    if (!(await endOffer(db, { guest, account: user }))) return forbidden('no-guest');
    if (!take) return DONE;
    if (!(await isGuest(context, guest))) return forbidden('no-guest');
    context.audit({ action: 'account:guest-merged', person: guest, detail: {} });
    return { kind: 'done', effects: await merge(context, guest) };
  },
};

/** Begins a session of an account whose person has shown who they are; an administrator may keep them out (AD4). */
export async function enterAccount(
  context: HandlerContext<'account:signed-in'>,
  {
    session,
    guest,
    way,
  }: {
    readonly session: SessionStart;
    readonly guest: string | null;
    readonly way: AuditDetail<'account:signed-in'>['way'];
  },
): Promise<Outcome> {
  const { db, user } = context;
  const row = await findUser(db, user);
  if (row === undefined) return notFound('person');
  if (row.blocked_at !== null) return forbidden('blocked');
  if (guest !== null && guest !== user && (await hasWork(context, guest)))
    await offerGuest(db, { guest, account: user });
  context.audit({ action: 'account:signed-in', network: session.network, detail: { way } });
  return { kind: 'done', effects: await beginSession(context, session) };
}

function wayOf({ issuer }: IdentityKey): 'password' | 'provider' {
  return issuer === EMAIL_ISSUER ? 'password' : 'provider';
}

/** What the person has shown may have changed since: another password, or no way into this account any more. */
async function refuseIdentity(
  context: HandlerContext,
  identity: ServerCommandInput<'account:sign-in'>['identity'],
): Promise<ForbiddenReason | null> {
  const { db, user, at } = context;
  const stored = await findIdentity(db, identity);
  if (stored !== undefined) {
    if (stored.user !== user) return 'identity-taken';
    if (stored.credential !== identity.credential) return 'password-changed';
    if (stored.issuer !== EMAIL_ISSUER)
      await setVerifiedAddress(db, stored, { address: identity.verifiedEmail, at });
    return null;
  }
  const subject = identity.verifiedEmail;
  const email =
    subject === null ? undefined : await findIdentity(db, { issuer: EMAIL_ISSUER, subject });
  if (email?.user !== user || email.verified_at === null) return 'identity-removed';
  if (await wasRemoved(db, { ...identity, user })) return 'identity-removed';
  const added = { ...identity, verifiedAddress: identity.verifiedEmail };
  const refusal = await addToAccount(context, added);
  if (refusal === null) await notify(context, 'identity-connected');
  return refusal;
}

/** Makes an identity of a provider the user's, unless it is another one's. */
async function addToAccount(
  { db, user, at }: HandlerContext,
  { issuer, subject, verifiedAddress = null }: ServerCommandInput<'account:link'>['identity'],
): Promise<ForbiddenReason | null> {
  const before = await findIdentity(db, { issuer, subject });
  if (before !== undefined) {
    if (before.user !== user) return 'identity-taken';
    await setVerifiedAddress(db, before, { address: verifiedAddress, at });
    return null;
  }
  if ((await findIdentitiesOf(db, user)).length >= MAX_IDENTITIES) return 'too-many-identities';
  const identity = { issuer, subject, credential: null, verifiedAddress };
  const isAdded = await addIdentity(db, { ...identity, user, at });
  return isAdded ? null : 'identity-taken';
}

/** Uses the invitation up, also where none is needed. */
async function refuseRegistration(
  { db, at }: HandlerContext,
  invitation: string | null,
): Promise<'registration-closed' | 'invitation-needed' | 'invitation-over' | null> {
  const { registration } = await readServerSettings(db);
  if (invitation !== null) {
    const taken = await takeOneTime(db, { hash: invitation, purpose: 'invitation', at });
    if (taken !== null) return null;
    if (registration !== 'open') return 'invitation-over';
  }
  if (registration === 'open') return null;
  return registration === 'closed' ? 'registration-closed' : 'invitation-needed';
}

async function beginSession(
  { db, user, at }: HandlerContext,
  { id, agent, replaces, confirmedAt = at }: SessionStart,
): Promise<Effect[]> {
  const expiresAt = at + ACCOUNTS.sessionLifetimeMs;
  await createSession(db, {
    id,
    user,
    at,
    expiresAt,
    agent,
    confirmedAt: Math.min(at, confirmedAt),
  });
  if (replaces === null) return [];
  const owner = await deleteSession(db, replaces);
  return owner === undefined ? [] : endedEffects(owner, [replaces]);
}

/**
 * Removes all passkeys of a person, so that somebody else who has added one no longer signs in with it (PK13).
 *
 * @returns how many there were.
 */
export async function removePasskeys(
  { db, user, audit }: HandlerContext<'account:passkeys-removed'>,
  person: string,
): Promise<number> {
  const count = await deletePasskeysOf(db, person);
  if (count === 0) return 0;
  const about = person === user ? {} : { person };
  audit({ action: 'account:passkeys-removed', ...about, detail: { count } });
  return count;
}

/** Mails the person of a confirmed address, who may be somebody else than the one who made the change (AC32). */
export async function notify(
  { db, user, at, command, enqueue }: HandlerContext,
  change: NoticedChange,
  person = user,
): Promise<void> {
  const email = await findEmailIdentity(db, person);
  if (email === undefined || email.verified_at === null) return;
  enqueue(noticeMailJob(command, { user: person, change, at }));
}

/** Who knew the old way in may also have made API tokens (AT6) and webhooks (WH11). */
export async function endAllElse(
  db: Database,
  user: string,
  except: string | null,
): Promise<Effect[]> {
  await deleteApiTokensOf(db, user);
  await switchOffWebhooksOf(db, user);
  return endedEffects(user, await deleteSessionsOf(db, user, { except }));
}

export function endedEffects(user: string, sessions: readonly string[]): Effect[] {
  return sessions.map((session) => ({ kind: 'session-ended', user, session }));
}

async function isGuest({ db }: HandlerContext, guest: string): Promise<boolean> {
  const row = await findUser(db, guest);
  return row !== undefined && row.merged_into === null && row.registered_at === null;
}

/** Whether there is something to take over, so that the question is worth asking. */
async function hasWork(context: HandlerContext, guest: string): Promise<boolean> {
  if (!(await isGuest(context, guest))) return false;
  return (await findGuestDocuments(context.db, guest)).length > 0;
}

async function merge(context: HandlerContext, guest: string): Promise<Effect[]> {
  const { db, user, publish } = context;
  const account = await findUser(db, user);
  if (account === undefined) return [];
  const participations = await findParticipations(db, guest);
  const shared = await findSharedWith(db, guest);
  const ended = await deleteSessionsOf(db, guest, { except: null });
  const effects = endedEffects(guest, ended);
  const { documents, written, removed, withdrawn } = await mergeGuest(db, { guest, account });
  if (removed.length > 0)
    publish(inboxKey(user), { name: 'notification:removed', notifications: [...removed] });
  for (const { user: owner, id } of withdrawn)
    publish(inboxKey(owner), { name: 'notification:removed', notifications: [id] });
  const notifications = await readInbox(db, user);
  if (notifications.length > 0)
    publish(inboxKey(user), { name: 'notification:listed', notifications });
  // Readers see one person from now on, also where they know the guest's messages.
  const renamed = { name: 'profile:changed', user: { ...toUser(account), id: guest } } as const;
  for (const { document, channel } of participations)
    publish(channel === 'chat' ? chatKey(document) : commentsKey(document), renamed);
  for (const document of shared) publish(sharingKey(document), renamed);
  for (const document of documents) {
    effects.push({ kind: 'access-changed', document });
    await publishMerged(context, document);
  }
  for (const document of written) effects.push({ kind: 'clients-merged', document });
  effects.push({ kind: 'profile-changed', user: guest });
  return effects;
}

/** The account's other devices learn of a document that the guest had. */
async function publishMerged(context: HandlerContext, document: string): Promise<void> {
  const { db, user, publish } = context;
  const entry = await findAccessEntry(db, { document, user });
  if (entry === null) return;
  const { kind, title, excerpt, trashed_at, trashed_with } = entry.document;
  if (trashed_at === null) await publishListed(context, { user, document });
  else if (entry.role === 'owner' && trashed_with === null)
    publish(trashKey(user), {
      name: 'document:trashed',
      document: { id: document, kind, title, excerpt, trashedAt: trashed_at },
    });
}
