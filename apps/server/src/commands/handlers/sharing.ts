/** Commands about access to a document, for its owner only. */
import { LINK_ROLES, type LinkAccess, type Role } from '@tandem/protocol';
import { libraryKey, sharingKey } from '../../storage/channel-key.ts';
import {
  addVisit,
  findListing,
  findVisitors,
  forgetVisit,
  NEVER_OPENED,
  toListed,
  type Listing,
} from '../../storage/documents.ts';
import { findAccessEntry, givenRoles, standingsIn, type AccessEntry } from '../../storage/roles.ts';
import { hasMet } from '../../storage/people.ts';
import { changeLink, giveRole, readVisitors, takeRole } from '../../storage/sharing.ts';
import type { DocumentRow } from '../../storage/tables.ts';
import { findUser, toUser } from '../../storage/users.ts';
import type { Effect } from '../command-runner.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type SharingHandlers = Pick<HandlerTable, 'link:change' | 'member:change' | 'member:remove'>;

export const sharingHandlers: SharingHandlers = {
  async 'link:change'(context, { document: id, link }) {
    const { db, publish } = context;
    const otherwise = 'not-your-link';
    const permission = await authorize(context, { document: id, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const { entry } = permission;
    const before = entry.document.link_access;
    if (before === link) return DONE;
    const standingBefore = await standingsIn(db, id);
    await changeLink(db, id, link);
    const standingAfter = await standingsIn(db, id);
    publish(sharingKey(id), { name: 'link:changed', link });
    if (before === 'off') await showVisitors(context, { document: entry.document, link });
    const effects: Effect[] = [{ kind: 'access-changed', document: id }];
    for (const { user: visitor, ...listing } of await findVisitors(db, id)) {
      const roleBefore = standingBefore(visitor)?.role ?? null;
      const roleAfter = standingAfter(visitor)?.role ?? null;
      const change = { user: visitor, before: roleBefore, after: roleAfter, listing };
      effects.push(...publishRole(context, entry, change));
    }
    return { kind: 'done', effects };
  },

  async 'member:change'(context, { document: id, user: target, role }) {
    const { db, user, publish } = context;
    const access = await ownedBy(context, { document: id, target });
    if (access.kind === 'refused') return access;
    const row = await findUser(db, target);
    const listing = await findListing(db, { document: id, user: target });
    const isHere = listing !== undefined || (await givenRoles(db, id)).has(target);
    // The same answer for a user the owner never met as for one that does not exist.
    if (row === undefined || !(isHere || (await hasMet(db, { user, other: target }))))
      return notFound('person');
    const before = (await findAccessEntry(db, { document: id, user: target }))?.role ?? null;
    const given = await giveRole(db, { document: id, user: target, role });
    if (given === 'unchanged') return DONE;
    if (given === 'full') return forbidden('too-many-members');
    publish(sharingKey(id), {
      name: 'member:changed',
      member: { user: toUser(row), role, isOwn: true },
    });
    if (listing === undefined && given === 'new') {
      const read = await addVisit(db, { user: target, document: id, at: NEVER_OPENED });
      const change = { before: null, after: role, listing: { ...read, isNew: true } };
      return changed(context, access.entry, { user: target, ...change });
    }
    return changed(context, access.entry, { user: target, before, after: role, listing });
  },

  async 'member:remove'(context, { document: id, user: target }) {
    const { db, publish } = context;
    const access = await ownedBy(context, { document: id, target });
    if (access.kind === 'refused') return access;
    const before = (await findAccessEntry(db, { document: id, user: target }))?.role ?? null;
    if (!(await takeRole(db, { document: id, user: target }))) return DONE;
    const after = LINK_ROLES[access.entry.document.link_access];
    const row = await findUser(db, target);
    const listing = await findListing(db, { document: id, user: target });
    const isVisitor = listing?.isNew === false;
    // The document was on the list only because of the role.
    if (listing?.isNew === true) await forgetVisit(db, { document: id, user: target });
    if (after === null || row === undefined || !isVisitor)
      publish(sharingKey(id), { name: 'member:removed', user: target });
    else
      publish(sharingKey(id), {
        name: 'member:changed',
        member: { user: toUser(row), role: after, isOwn: false },
      });
    const change = { before, after: isVisitor ? after : null, listing };
    return changed(context, access.entry, { user: target, ...change });
  },
};

interface RoleChange {
  readonly user: string;
  readonly before: Role | null;
  readonly after: Role | null;
  readonly listing: Listing | undefined;
}

async function ownedBy(
  context: HandlerContext,
  { document, target }: { readonly document: string; readonly target: string },
) {
  const otherwise = 'not-your-members';
  const permission = await authorize(context, { document, action: 'share', otherwise });
  if (permission.kind === 'authorized' && target === context.user) return forbidden('owner-stays');
  return permission;
}

function changed(context: HandlerContext, entry: AccessEntry, change: RoleChange): Outcome {
  const accessChanged = { kind: 'access-changed', document: entry.document.id } as const;
  return { kind: 'done', effects: [accessChanged, ...publishRole(context, entry, change)] };
}

function publishRole(
  { publish }: HandlerContext,
  { document }: AccessEntry,
  { user, before, after, listing }: RoleChange,
): readonly Effect[] {
  if (listing === undefined || before === after) return [];
  const change = { document: document.id, user };
  if (after === null) {
    publish(libraryKey(user), { name: 'document:unlisted', document: document.id });
    return [{ kind: 'unlisted', ...change }];
  }
  const listed = toListed({ document, role: after, ...listing });
  publish(libraryKey(user), { name: 'document:listed', document: listed });
  return before === null ? [{ kind: 'listed', ...change }] : [];
}

async function showVisitors(
  { db, publish }: HandlerContext,
  { document: { id, owner }, link }: { readonly document: DocumentRow; readonly link: LinkAccess },
): Promise<void> {
  const role = LINK_ROLES[link];
  if (role === null) return;
  const given = await givenRoles(db, id);
  for (const user of await readVisitors(db, id)) {
    if (user.id !== owner && !given.has(user.id))
      publish(sharingKey(id), { name: 'member:changed', member: { user, role, isOwn: false } });
  }
}
