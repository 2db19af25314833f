/** Commands about access to a document, for its owner only. */
import { SHARING } from '../../storage/limits.ts';
import { sharingKey } from '../../storage/channel-key.ts';
import { setRestricted } from '../../storage/document-tree.ts';
import { findListers, NEVER_OPENED } from '../../storage/visits.ts';
import {
  enterLink,
  forgetLinkTerms,
  markExpired,
  readEntered,
  readLinkTerms,
  setExpiry,
  setLinkPassword,
} from '../../storage/link-terms.ts';
import { isInDirectory } from '../../storage/directory.ts';
import { givenRoles, takeRole, type Membership } from '../../storage/member-roles.ts';
import { findAccess } from '../../storage/roles.ts';
import { linkOf } from '../../storage/standing.ts';
import { changeLink, hasOwnRole, readSharing } from '../../storage/sharing.ts';
import { findUser } from '../../storage/users.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { authorize } from './authorize.ts';
import { changeAccess, publishInherited } from './listing-changes.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';
import { grantRole } from './role-grants.ts';
import { forgetLost, leaveLists } from './role-losses.ts';

type SharingHandlers = Pick<
  HandlerTable,
  | 'document:restrict'
  | 'link:change'
  | 'link:enter'
  | 'link:expire'
  | 'link:protect'
  | 'member:change'
  | 'member:remove'
>;

export const sharingHandlers: SharingHandlers = {
  async 'link:change'(context, { document: id, link: asked, expiresAt: wanted }) {
    const { db, at, publish } = context;
    const otherwise = 'not-your-link';
    const permission = await authorize(context, { document: id, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const { document } = permission.entry;
    const link = asked === undefined ? document.link_access : asked;
    const terms = await readLinkTerms(db, id);
    const earlier = terms?.is_over === 0 ? terms.expires_at : null;
    const isOpen = link !== null && link !== 'off';
    // Its author saw a link that has ended since, or was turned off.
    if (asked === undefined && !isOpen) return forbidden('no-link');
    const expiresAt = isOpen ? (wanted === undefined ? earlier : wanted) : null;
    if (document.link_access === link && earlier === expiresAt && terms?.is_over !== 1) return DONE;
    if (expiresAt !== null && expiresAt <= at) return forbidden('link-over');
    const before = await findAccess(db, id);
    const changed = await changeAccess(context, id, async () => {
      await changeLink(db, id, link);
      if (isOpen) await setExpiry(db, id, expiresAt);
      else await forgetLinkTerms(db, id);
    });
    const state = await readSharing(db, id);
    const isInherited = link === null ? { isInherited: true as const } : {};
    const protection = state?.hasPassword === true ? { hasPassword: true as const } : {};
    const now = { link: state?.link ?? 'off', ...isInherited, expiresAt, ...protection };
    publish(sharingKey(id), { name: 'link:changed', ...now });
    const detail = { from: document.link_access, to: link, expiresAt };
    context.audit({ action: 'link:changed', document: id, detail });
    if (before !== null && linkOf(before) === 'off') await showVisitors(context, id);
    return changed;
  },

  async 'link:protect'(context, { document: id, passwordHash }) {
    const { db, publish } = context;
    const otherwise = 'not-your-link';
    const permission = await authorize(context, { document: id, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const { link_access: link } = permission.entry.document;
    if (link === null || link === 'off') return forbidden('no-link');
    const changed = await changeAccess(context, id, () => setLinkPassword(db, id, passwordHash));
    const expiresAt = (await readLinkTerms(db, id))?.expires_at ?? null;
    const protection = passwordHash === null ? {} : { hasPassword: true as const };
    publish(sharingKey(id), { name: 'link:changed', link, expiresAt, ...protection });
    const detail = { hasPassword: passwordHash !== null };
    context.audit({ action: 'link:protected', document: id, detail });
    await publishInherited(context, id);
    return changed;
  },

  /** The route has compared the password; it may have changed since. */
  async 'link:enter'(context, { document: id, verifiedHash }) {
    const { db, user, at } = context;
    if ((await readLinkTerms(db, id))?.password !== verifiedHash)
      return forbidden('link-password-changed');
    const entered = await readEntered(db, id);
    if (entered.has(user)) return DONE;
    if (entered.size >= SHARING.maxEntered) return forbidden('too-many-entered');
    return await changeAccess(context, id, () => enterLink(db, { document: id, user, at }));
  },

  /** Given by each server when it is time (PO11). */
  async 'link:expire'(context, { document: id }) {
    const { db, at, publish } = context;
    const terms = await readLinkTerms(db, id);
    if (terms === undefined || terms.is_over === 1 || (terms.expires_at ?? Infinity) > at)
      return DONE;
    const changed = await changeAccess(context, id, async () => {
      await changeLink(db, id, 'off');
      await markExpired(db, id);
    });
    const { expires_at: expiresAt } = terms;
    publish(sharingKey(id), { name: 'link:changed', link: 'off', expiresAt });
    context.audit({ action: 'link:expired', actor: 'server', document: id, detail: {} });
    return changed;
  },

  async 'document:restrict'(context, { document: id, isRestricted }) {
    const { db } = context;
    const otherwise = 'not-your-members';
    const permission = await authorize(context, { document: id, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const { document } = permission.entry;
    if ((document.is_restricted === 1) === isRestricted) return DONE;
    if (document.parent === null && isRestricted) return forbidden('nothing-around');
    const changed = await changeAccess(context, id, () =>
      setRestricted(db, document, isRestricted),
    );
    context.audit({ action: 'document:restricted', document: id, detail: { isRestricted } });
    await publishInherited(context, id);
    return changed;
  },

  async 'member:change'(context, { document: id, user: target, role }) {
    const { db, user, directory } = context;
    const access = await ownedBy(context, { document: id, target });
    if (access.kind === 'refused') return access;
    const row = await findUser(db, target);
    const isHere =
      (await hasOwnRole(db, { document: id, user: target })) ||
      (await findListers(db, [id], [target], OPENED)).length > 0;
    const isKnown = isHere || (await isInDirectory(db, { user, directory, other: target }));
    // The same answer for a user whom the owner may not find as for one that does not exist.
    if (row === undefined || !isKnown) return notFound('person');
    return await grantRole(context, { document: id, target: row, role });
  },

  async 'member:remove'(context, { document: id, user: target }) {
    const { db, publish } = context;
    const access = await ownedBy(context, { document: id, target });
    if (access.kind === 'refused') return access;
    const given = (await givenRoles(db, id)).get(target);
    if (given === undefined) return DONE;
    let lost: readonly Membership[] = [];
    const changed = await changeAccess(context, id, async () => {
      ({ lost } = await takeRole(db, { document: id, user: target }));
      await leaveLists(db, lost);
    });
    context.audit({
      ...{ action: 'member:removed', document: id, person: target },
      detail: { from: given },
    });
    await forgetLost(context, lost);
    const left = (await readSharing(db, id))?.members.find(({ user }) => user.id === target);
    publish(
      sharingKey(id),
      left === undefined
        ? { name: 'member:removed', user: target }
        : { name: 'member:changed', member: left },
    );
    return changed;
  },
};

/** For its owner, people of a group are in the document once they have opened it (GR4). */
const OPENED = NEVER_OPENED + 1;

async function ownedBy(
  context: HandlerContext,
  { document, target }: { readonly document: string; readonly target: string },
) {
  const otherwise = 'not-your-members';
  const permission = await authorize(context, { document, action: 'share', otherwise });
  if (permission.kind === 'authorized' && target === context.user) return forbidden('owner-stays');
  return permission;
}

async function showVisitors({ db, publish }: HandlerContext, document: string): Promise<void> {
  for (const member of (await readSharing(db, document))?.members ?? [])
    if (!member.isOwn) publish(sharingKey(document), { name: 'member:changed', member });
}
