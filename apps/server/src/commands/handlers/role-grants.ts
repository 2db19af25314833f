/** Gives a person a role of their own in a document: its owner's wish, or the answer to the person's request. */
import type { MemberRole } from '@tandem/protocol';
import { SHARING } from '../../storage/limits.ts';
import { endAccessRequest, requestCause } from '../../storage/access-requests.ts';
import { sharingKey } from '../../storage/channel-key.ts';
import { addVisit, findListers, NEVER_OPENED } from '../../storage/visits.ts';
import { countInvited } from '../../storage/invited-addresses.ts';
import { givenRoles, giveRole } from '../../storage/member-roles.ts';
import type { UserRow } from '../../storage/tables/accounts.ts';
import { toUser } from '../../storage/users.ts';
import type { HandlerContext, Outcome } from '../handler.ts';
import { changeAccess } from './listing-changes.ts';
import { notifyOfShare, withdraw } from './notifications.ts';
import { DONE, forbidden } from './outcomes.ts';

interface Grant {
  readonly document: string;
  readonly target: UserRow;
  readonly role: MemberRole;
}

export async function grantRole(
  context: HandlerContext<'member:changed'>,
  grant: Grant,
): Promise<Outcome> {
  const { document, target, role } = grant;
  const before = (await givenRoles(context.db, document)).get(target.id) ?? null;
  const outcome = await giveOwnRole(context, grant);
  if (outcome.kind === 'done' && before !== role)
    context.audit({
      ...{ action: 'member:changed', document, person: target.id },
      detail: { from: before, to: role },
    });
  return outcome;
}

/** As `grantRole`; the caller records it. */
export async function giveOwnRole(
  context: HandlerContext,
  { document, target, role }: Grant,
): Promise<Outcome> {
  const { db, publish } = context;
  const { id: user } = target;
  const given = await givenRoles(db, document);
  if (!given.has(user) && (await isFull(context, document))) return forbidden('too-many-members');
  // It is answered, however the role was given (PO10); a guest may have been given it before becoming the account.
  if (await endAccessRequest(db, { document, user }))
    await withdraw(context, { document, cause: requestCause(user) });
  if (given.get(user) === role) return DONE;
  const isListed = (await findListers(db, [document], [user])).length > 0;
  publish(sharingKey(document), {
    name: 'member:changed',
    member: { user: toUser(target), role, isOwn: true },
  });
  const changed = await changeAccess(context, document, async () => {
    await giveRole(db, { document, user, role });
    if (!isListed && !given.has(user)) await addVisit(db, { user, document, at: NEVER_OPENED });
  });
  if (given.has(user)) return changed;
  await notifyOfShare(context, { document, targets: [user] });
  return changed;
}

/** Of people with a role and of invited addresses together: those become people. */
export async function isFull(
  { db, at }: Pick<HandlerContext, 'db' | 'at'>,
  document: string,
): Promise<boolean> {
  const { size } = await givenRoles(db, document);
  return size + (await countInvited(db, { document, at })) >= SHARING.maxMembers;
}
