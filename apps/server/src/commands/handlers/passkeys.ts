/** Commands about passkeys: PK1, PK3, PK6 to PK8, PK10 in `accounts/README.md`. */
import { MAX_PASSKEYS } from '@tandem/protocol';
import { useUpSealed, type SealedToken } from '../../storage/one-time-tokens.ts';
import {
  addPasskey,
  findPasskey,
  isCounterAhead,
  listPasskeys,
  markPasskeyUsed,
  renamePasskey,
} from '../../storage/passkeys.ts';
import { confirmSession } from '../../storage/sessions.ts';
import { findUser } from '../../storage/users.ts';
import type { ShownPasskey } from '../command-runner.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { enterAccount, notify } from './accounts.ts';
import { DONE, forbidden, notFound, type Refused } from './outcomes.ts';

type PasskeyHandlers = Pick<HandlerTable, Extract<keyof HandlerTable, `passkey:${string}`>>;

export const passkeyHandlers: PasskeyHandlers = {
  async 'passkey:add'(context, { passkey, name, challenge }) {
    const { db, user, at, audit } = context;
    const row = await findUser(db, user);
    if (row === undefined || row.registered_at === null) return forbidden('account-for-passkeys');
    const refused = await useUpChallenge(context, challenge);
    if (refused !== null) return refused;
    if ((await listPasskeys(db, user)).length >= MAX_PASSKEYS)
      return forbidden('too-many-passkeys');
    if (!(await addPasskey(db, { ...passkey, user, name, at }))) return forbidden('passkey-taken');
    audit({ action: 'account:passkey-added', detail: {} });
    await notify(context, 'passkey-added');
    return DONE;
  },

  async 'passkey:rename'({ db, user }, { id, name }) {
    return (await renamePasskey(db, { user, id, name })) ? DONE : notFound('passkey');
  },

  async 'passkey:sign-in'(context, { session, guest, passkey }) {
    const refused = await markShown(context, passkey);
    return refused ?? (await enterAccount(context, { session, guest, way: 'passkey' }));
  },

  async 'passkey:confirm'(context, { session, passkey }) {
    const refused = await markShown(context, passkey);
    if (refused !== null) return refused;
    await confirmSession(context.db, { id: session, at: context.at });
    return DONE;
  },
};

/** The passkey may have been removed, or used elsewhere, since its signature was verified. */
async function markShown(
  context: HandlerContext,
  { id, counter, challenge }: ShownPasskey,
): Promise<Refused | null> {
  const { db, user, at } = context;
  const refused = await useUpChallenge(context, challenge);
  if (refused !== null) return refused;
  const passkey = await findPasskey(db, id);
  if (passkey?.user !== user) return forbidden('passkey-removed');
  if (!isCounterAhead(passkey.counter, counter)) return forbidden('passkey-copied');
  await markPasskeyUsed(db, { id, counter, at });
  return null;
}

/** One of two commands with the same challenge, also on two nodes, is refused (PK3). */
async function useUpChallenge(
  { db, at }: HandlerContext,
  challenge: SealedToken,
): Promise<Refused | null> {
  const isTaken = await useUpSealed(db, { ...challenge, purpose: 'passkey-challenge', at });
  return isTaken ? null : notFound('challenge');
}
