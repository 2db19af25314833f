/** Commands about roles that are given to addresses (IA1 to IA4). */
import { can } from '@tandem/protocol';
import { shareMailJob } from '../../accounts/share-mail.ts';
import { SHARING } from '../../storage/limits.ts';
import {
  countInvitedBy,
  findClaimable,
  findInvited,
  putInvited,
  takeInvited,
} from '../../storage/invited-addresses.ts';
import { givenRoles } from '../../storage/member-roles.ts';
import { findAccessEntry } from '../../storage/roles.ts';
import { isStronger } from '../../storage/standing.ts';
import type { InvitedAddressRow } from '../../storage/tables/documents.ts';
import type { UserRow } from '../../storage/tables/accounts.ts';
import { findUser } from '../../storage/users.ts';
import type { Effect } from '../command-runner.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE, forbidden } from './outcomes.ts';
import { giveOwnRole, isFull } from './role-grants.ts';

type InvitedAddressHandlers = Pick<
  HandlerTable,
  'address:invite' | 'address:withdraw' | 'address:claim'
>;

export const invitedAddressHandlers: InvitedAddressHandlers = {
  /** Nothing here looks for who has the address: what its author gets back cannot depend on it (IA1). */
  async 'address:invite'(context, { document, address, role, isMailed }) {
    const { db, user, at } = context;
    const otherwise = 'not-your-members';
    const permission = await authorize(context, { document, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const author = await findUser(db, user);
    if (author?.registered_at == null) return forbidden('invite-account-first');
    const earlier = await findInvited(db, { document, address });
    const isNew = earlier === undefined || earlier.expires_at <= at;
    if (isNew && (await isFull(context, document))) return forbidden('too-many-members');
    // Who gives another role to one that is listed is who has invited it from now on.
    const isOfAnother = isNew || earlier.invited_by !== user;
    if (isOfAnother && (await countInvitedBy(db, { user, at })) >= SHARING.maxInvitedByPerson)
      return forbidden('too-many-invited');
    const expires_at = at + SHARING.invitedForMs;
    await putInvited(db, { document, address, role, invited_by: user, at, expires_at });
    if (isNew && isMailed) context.enqueue(shareMailJob({ document, address }));
    context.audit({ action: 'address:invited', document, detail: { to: role } });
    // Nobody's access has: but who opens it, or a document inside it, may claim something from now on.
    return { kind: 'done', effects: [{ kind: 'access-changed', document }] };
  },

  async 'address:withdraw'(context, { document, address }) {
    const otherwise = 'not-your-members';
    const permission = await authorize(context, { document, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    if ((await takeInvited(context.db, { document, address })) === undefined) return DONE;
    context.audit({ action: 'address:withdrawn', document, detail: {} });
    return DONE;
  },

  /** Given by the server, when the person opens the document, or one inside it (IA2). */
  async 'address:claim'(context, { document, issuers }) {
    const { db, user, at } = context;
    const target = await findUser(db, user);
    if (target === undefined || target.blocked_at !== null) return DONE;
    const effects: Effect[] = [];
    for (const invited of await findClaimable(db, { user, document, issuers, at })) {
      const outcome = await claim(context, target, invited);
      if (outcome.kind === 'refused') return outcome;
      effects.push(...(outcome.effects ?? []));
    }
    return { kind: 'done', effects };
  },
};

async function claim(
  context: HandlerContext<'address:claimed'>,
  target: UserRow,
  invited: InvitedAddressRow,
): Promise<Outcome> {
  const { db } = context;
  const { document, role, invited_by: author } = invited;
  const by = await findAccessEntry(db, { document, user: author });
  // In the trash, it waits with everything else for the day on which the document is restored.
  if (by !== null && by.lifecycle !== 'active') return DONE;
  const isBlocked = (await findUser(db, author))?.blocked_at != null;
  if (isBlocked || (await takeInvited(db, invited)) === undefined) return DONE;
  // Nobody gives what they may not give any more.
  if (by === null || !can(by, 'share')) return DONE;
  const standing = await findAccessEntry(db, { document, user: target.id });
  const from = (await givenRoles(db, document)).get(target.id) ?? null;
  // Other than by `member:change`, a role of their own is never lowered; one by the link is no role of theirs.
  if (standing?.role === 'owner' || (from !== null && !isStronger(role, from))) return DONE;
  const outcome = await giveOwnRole({ ...context, user: author }, { document, target, role });
  if (outcome.kind === 'done')
    context.audit({
      ...{ action: 'address:claimed', document, person: author },
      detail: { from, to: role },
    });
  return outcome;
}
