/** Commands that make accounts, and begin and end their sessions: AC1 to AC4, AC8 to AC10 in `accounts/README.md`. */
import { ACCOUNTS } from '../../limits.ts';
import { chatKey, commentsKey, sharingKey, trashKey } from '../../storage/channel-key.ts';
import { findGuestDocuments, mergeGuest } from '../../storage/guest-merge.ts';
import { endOffer, offerGuest } from '../../storage/guest-offers.ts';
import {
  addIdentity,
  EMAIL_ISSUER,
  findIdentitiesOf,
  findIdentity,
  hasIdentities,
  makeAdministrator,
  setCredential,
  type IdentityKey,
} from '../../storage/identities.ts';
import { findParticipations } from '../../storage/messages.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import { createSession, deleteSession, deleteSessionsOf } from '../../storage/sessions.ts';
import { findSharedWith } from '../../storage/sharing.ts';
import { readServerSettings } from '../../storage/server-settings.ts';
import { takeOneTime } from '../../storage/one-time-tokens.ts';
import { createUser, findUser, registerUser, toUser } from '../../storage/users.ts';
import type { Effect, SessionStart } from '../command-runner.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { publishListed } from './listing-changes.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type AccountHandlers = Pick<
  HandlerTable,
  Exclude<
    Extract<keyof HandlerTable, `account:${string}`>,
    'account:invite' | 'account:end-invitation'
  >
>;

export const accountHandlers: AccountHandlers = {
  async 'account:sign-up'(context, { identity, session, profile, invitation }) {
    const { db, user, at } = context;
    if (profile !== null) await createUser(db, { id: user, ...profile, at });
    const row = await findUser(db, user);
    if (row === undefined || row.merged_into !== null) return notFound('person');
    if (row.registered_at !== null) return forbidden('has-account');
    const isFirst = !(await hasIdentities(db));
    const refusal = await refuseRegistration(context, invitation);
    if (refusal !== null) return forbidden(refusal);
    if (!(await addIdentity(db, { ...identity, user, at })))
      return forbidden(identity.issuer === EMAIL_ISSUER ? 'address-taken' : 'identity-taken');
    await registerUser(db, { id: user, at });
    const effects = await beginSession(context, session);
    if (isFirst) {
      await makeAdministrator(db, user);
      effects.push({ kind: 'administrators-changed' });
    }
    return { kind: 'done', effects };
  },

  async 'account:sign-in'(context, { session, guest, identity }) {
    const { db, user } = context;
    if ((await findUser(db, user)) === undefined) return notFound('person');
    if (identity.credential === null) {
      if (!(await ownIdentity(context, identity))) return forbidden('identity-taken');
    } else {
      const stored = await findIdentity(db, identity);
      if (stored?.user !== user || stored.credential !== identity.credential)
        return forbidden('password-changed');
    }
    if (guest !== null && guest !== user && (await hasWork(context, guest)))
      await offerGuest(db, { guest, account: user });
    return { kind: 'done', effects: await beginSession(context, session) };
  },

  async 'account:link'(context, { identity }) {
    const row = await findUser(context.db, context.user);
    if (row === undefined || row.registered_at === null) return notFound('person');
    return (await ownIdentity(context, identity)) ? DONE : forbidden('identity-taken');
  },

  async 'account:change-password'({ db, user }, { passwordHash, verifiedHash, session }) {
    const identity = (await findIdentitiesOf(db, user)).find(
      ({ issuer }) => issuer === EMAIL_ISSUER,
    );
    if (identity === undefined) return forbidden('no-password');
    if (identity.credential !== verifiedHash) return forbidden('password-changed');
    await setCredential(db, identity, passwordHash);
    const ended = await deleteSessionsOf(db, user, { except: session });
    return { kind: 'done', effects: endedEffects(user, ended) };
  },

  async 'account:end-sessions'({ db, user }, which) {
    return { kind: 'done', effects: endedEffects(user, await deleteSessionsOf(db, user, which)) };
  },

  async 'account:merge-guest'(context, { guest, take }) {
    const { db, user } = context;
    if (!(await endOffer(db, { guest, account: user }))) return forbidden('no-guest');
    if (!take) return DONE;
    if (!(await isGuest(context, guest))) return forbidden('no-guest');
    return { kind: 'done', effects: await merge(context, guest) };
  },
};

/** Makes an identity the user's. @returns false when it is another user's. */
async function ownIdentity(
  { db, user, at }: HandlerContext,
  identity: IdentityKey,
): Promise<boolean> {
  if (await addIdentity(db, { ...identity, user, credential: null, at })) return true;
  return (await findIdentity(db, identity))?.user === user;
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
  { id, agent, replaces }: SessionStart,
): Promise<Effect[]> {
  const expiresAt = at + ACCOUNTS.sessionLifetimeMs;
  await createSession(db, { id, user, at, expiresAt, agent });
  if (replaces === null) return [];
  const owner = await deleteSession(db, replaces);
  return owner === undefined ? [] : endedEffects(owner, [replaces]);
}

function endedEffects(user: string, sessions: readonly string[]): Effect[] {
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
  const { documents, written } = await mergeGuest(db, { guest, account });
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
