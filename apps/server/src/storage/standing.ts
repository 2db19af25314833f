/**
 * What somebody may do in a document (PO1, TR5–TR7): the owner's role, else the strongest role that was given to a user in
 * the document or in one around it, else the role that the link gives: a link with a password gives it to those who have
 * entered it (PO12). Queries of lists decide the same by `mayRead`, of `access-conditions.ts`.
 */
import {
  can,
  LINK_ROLES,
  type Lifecycle,
  type LinkAccess,
  type Role,
  type Standing,
} from '@tandem/protocol';
import type { DocumentRow, MemberTable } from './tables/documents.ts';

export type GivenRole = MemberTable['role'];

type LifecycleColumns = Pick<DocumentRow, 'trashed_at' | 'purged_at'>;

export type Decisive = Pick<DocumentRow, 'owner' | 'link_access'> &
  LifecycleColumns & {
    /** Who has entered the password of the document's own link; null or absent: it has none. */
    readonly entered?: ReadonlySet<string> | null;
  };

export interface DocumentAccess
  extends Decisive, Pick<DocumentRow, 'id' | 'kind' | 'title' | 'parent'> {
  readonly given: ReadonlyMap<string, GivenRole> | null;
  readonly inherited: Inherited;
  /** Addresses wait for their people, here or in a document around it whose roles hold here (IA2). */
  readonly hasInvited?: boolean;
}

/** What a document gets from those around it. */
export interface Inherited {
  /** Also of a restricted document. */
  readonly owners: ReadonlySet<string>;
  readonly given: ReadonlyMap<string, GivenRole>;
  /** Of the nearest document that says it. */
  readonly link: LinkAccess | null;
  /** Whose link that is, and who has entered its password; null: it has none. */
  readonly protection: Protection | null;
}

interface Protection {
  readonly document: string;
  readonly entered: ReadonlySet<string>;
}

export const NOTHING_INHERITED: Inherited = {
  owners: new Set(),
  given: new Map(),
  link: null,
  protection: null,
};

/** Joined to a document: whether its link has a password, and whether this user has entered it. */
export interface EntryColumns {
  readonly password: string | null;
  readonly entered: string | null;
}

export function enteredBy({ password, entered }: EntryColumns): ReadonlySet<string> | null {
  return password === null ? null : new Set(entered === null ? [] : [entered]);
}

/** Null for a user to whom the document does not exist. */
export function standingIn(access: DocumentAccess, user: string): Standing | null {
  const { inherited } = access;
  return decideStanding(access, { user, given: access.given?.get(user) ?? null, inherited });
}

/** Whether the trash alone hides the document from this user. */
export function isHiddenByTrash(access: DocumentAccess, user: string): boolean {
  const isTrashed = lifecycleOf(access) === 'trashed' && standingIn(access, user) === null;
  return isTrashed && standingIn({ ...access, trashed_at: null }, user) !== null;
}

export function decideStanding(
  document: Decisive,
  {
    user,
    given,
    inherited,
  }: {
    readonly user: string;
    readonly given: GivenRole | null;
    readonly inherited: Inherited;
  },
): Standing | null {
  const role: Role | null =
    document.owner === user || inherited.owners.has(user)
      ? 'owner'
      : (stronger(given, inherited.given.get(user) ?? null) ??
        LINK_ROLES[linkFor(user, { ...document, inherited })]);
  if (role === null) return null;
  const standing = { role, lifecycle: lifecycleOf(document) };
  return can(standing, 'read') ? standing : null;
}

/** What the link allows this user: nothing before its password was entered. */
function linkFor(
  user: string,
  document: Pick<Decisive, 'link_access' | 'entered'> & { readonly inherited: Inherited },
): LinkAccess {
  const isOwn = document.link_access !== null;
  const entered = isOwn ? document.entered : document.inherited.protection?.entered;
  return entered == null || entered.has(user) ? linkOf(document) : 'off';
}

/** What the link of a document allows, be it its own or that of a document around it. */
export function linkOf({
  link_access,
  inherited,
}: Pick<DocumentRow, 'link_access'> & { readonly inherited: Inherited }): LinkAccess {
  return link_access ?? inherited.link ?? 'off';
}

/** Whether everyone has the same role by both, but for what the documents themselves give. */
export function isSameInherited(one: Inherited, other: Inherited): boolean {
  return (
    one.link === other.link &&
    one.protection?.document === other.protection?.document &&
    isSameSet(one.owners, other.owners) &&
    one.given.size === other.given.size &&
    [...one.given].every(([user, role]) => other.given.get(user) === role)
  );
}

/** What a document has from the one around it, or would have there. */
export function inheritedFrom(
  around: DocumentAccess | null,
  { isRestricted }: { readonly isRestricted: boolean },
): Inherited {
  if (around === null) return NOTHING_INHERITED;
  const owners = new Set(around.inherited.owners);
  if (around.owner !== null) owners.add(around.owner);
  if (isRestricted) return { ...NOTHING_INHERITED, owners };
  const given = new Map(around.inherited.given);
  for (const [user, role] of around.given ?? [])
    given.set(user, stronger(role, given.get(user) ?? null) ?? role);
  const { entered } = around;
  const protection =
    around.link_access === null
      ? around.inherited.protection
      : entered == null
        ? null
        : { document: around.id, entered };
  return { owners, given, link: around.link_access ?? around.inherited.link, protection };
}

export interface InheritedRow extends Pick<DocumentRow, 'owner' | 'link_access'>, EntryColumns {
  readonly ancestor: string;
  readonly inherits: number;
  readonly user: string | null;
  readonly role: GivenRole | null;
}

/** @param rows the nearest document first */
export function toInherited(rows: readonly InheritedRow[]): Inherited {
  const owners = new Set<string>();
  const strongest = new Map<string, GivenRole>();
  let link: LinkAccess | null = null;
  let protection: Protection | null = null;
  for (const { owner, ancestor, link_access, inherits, user, role, ...entry } of rows) {
    if (owner !== null) owners.add(owner);
    if (inherits === 0) continue;
    if (link === null && link_access !== null) {
      link = link_access;
      const entered = enteredBy(entry);
      if (entered !== null) protection = { document: ancestor, entered };
    }
    const given = stronger(role, user === null ? null : (strongest.get(user) ?? null));
    if (user !== null && given !== null) strongest.set(user, given);
  }
  return { owners, given: strongest, link, protection };
}

const STRENGTH: Readonly<Record<Role, number>> = { viewer: 1, commenter: 2, editor: 3, owner: 4 };

export function isStronger(one: Role, other: Role): boolean {
  return STRENGTH[one] > STRENGTH[other];
}

function stronger(one: GivenRole | null, other: GivenRole | null): GivenRole | null {
  if (one === null || other === null) return one ?? other;
  return isStronger(other, one) ? other : one;
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((user) => other.has(user));
}

function lifecycleOf({ trashed_at, purged_at }: LifecycleColumns): Lifecycle {
  if (purged_at !== null) return 'purged';
  return trashed_at === null ? 'active' : 'trashed';
}
