/** Commands about documents and the lists they are on. */
import { can, MAX_DOCUMENTS_INSIDE, MAX_TREE_DEPTH } from '@tandem/protocol';
import {
  countDescendants,
  freePosition,
  measureDepth,
  moveInTree,
  readAncestors,
  readDescendants,
  setPosition,
} from '../../storage/document-tree.ts';
import {
  addVisit,
  findListing,
  findVisitors,
  forgetVisits,
  renewVisit,
  setFavourite,
  setFollows,
} from '../../storage/visits.ts';
import {
  createDocument,
  findDocument,
  renameDocument,
  setTemplate,
} from '../../storage/documents.ts';
import { findAllListed, findListed } from '../../storage/library.ts';
import { findAccess, findAccessEntry, standingsIn, type AccessEntry } from '../../storage/roles.ts';
import type { Membership } from '../../storage/member-roles.ts';
import { inheritedFrom, isSameInherited, linkOf } from '../../storage/standing.ts';
import { SHARED } from '../../storage/notifications.ts';
import type { Database } from '../../storage/tables.ts';
import type { DocumentRow } from '../../storage/tables/documents.ts';
import { hasManyVisitors, readVisitor } from '../../storage/sharing.ts';
import { blankEvents } from '../../storage/blanked-events.ts';
import { libraryKey, sharingKey } from '../../storage/channel-key.ts';
import type { Effect } from '../command-runner.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { changeLists, publishInherited, publishListed, publishMoved } from './listing-changes.ts';
import { see } from './notifications.ts';
import { DONE, forbidden, notFound, type Refused } from './outcomes.ts';

type DocumentHandlers = Pick<
  HandlerTable,
  | 'document:create'
  | 'document:favourite'
  | 'document:follow'
  | 'document:template'
  | 'document:rename'
  | 'document:move'
  | 'document:unlist'
  | 'document:visit'
>;

export const documentHandlers: DocumentHandlers = {
  async 'document:create'(context, { document: id, title = '', parent = null, position }) {
    const { db, user, at } = context;
    if (parent !== null && (await findDocument(db, id)) === undefined)
      return await createInside(context, { document: id, title, parent, position });
    const created = await createDocument(db, { id, kind: 'page', title, owner: user, at });
    const { document } = created;
    if (created.kind === 'created') {
      context.audit({ action: 'document:created', document: id, detail: { parent: null } });
      context.emit('document.created', id);
    }
    if (created.kind === 'created' && position !== undefined)
      await moveInTree(db, id, { parent: null, position });
    const entry = await findAccessEntry(db, { document: document.id, user });
    if (entry === null) return notFound('document');
    if (entry.lifecycle !== 'active') return DONE;
    const visit = await renewVisit(db, { user, document: id, at });
    if (visit === 'first') await showVisitor(context, { user, document: id });
    if (visit !== 'none') return DONE;
    const listed = await list(context, { user, document: id });
    const isNamed = created.kind === 'created' && title !== '';
    const named: Effect[] = isNamed ? [{ kind: 'renamed', document: id, title }] : [];
    return { kind: 'done', effects: [...listed, ...named] };
  },

  async 'document:rename'(context, { document: id, title }) {
    const { db, at, publish } = context;
    const otherwise = 'only-editors-rename';
    const permission = await authorize(context, { document: id, action: 'rename', otherwise });
    if (permission.kind === 'refused') return permission;
    const { entry } = permission;
    if (entry.document.title === title) return DONE;
    await renameDocument(db, id, { title, at });
    context.emit('document.renamed', id);
    const standingOf = await standingsIn(db, id);
    for (const visitor of await findVisitors(db, id)) {
      if (standingOf(visitor.user) !== null)
        publish(libraryKey(visitor.user), { name: 'document:renamed', document: id, title });
    }
    return { kind: 'done', effects: [{ kind: 'renamed', document: id, title }] };
  },

  async 'document:move'(context, { document: id, parent, position: wanted }) {
    const { db, at } = context;
    const otherwise = 'viewers-do-not-move';
    const permission = await authorize(context, { document: id, action: 'write', otherwise });
    if (permission.kind === 'refused') return permission;
    const { entry } = permission;
    const refusal = await refuseMove(context, entry, parent);
    if (refusal !== null) return refusal;
    const position = await freePosition(db, { document: id, parent, position: wanted, at });
    if (entry.document.parent === parent) {
      if (entry.document.position === position) return DONE;
      await setPosition(db, id, position);
      await publishMoved(context, id);
      return DONE;
    }
    const effects = await changeLists(context, {
      document: id,
      change: () => moveInTree(db, id, { parent, position }),
    });
    await publishInherited(context, id);
    const detail = { from: entry.document.parent, to: parent };
    context.audit({ action: 'document:moved', document: id, detail });
    return { kind: 'done', effects: [...effects, { kind: 'access-changed', document: id }] };
  },

  async 'document:favourite'({ db, user, at, publish }, { document, isFavourite }) {
    const listed = await findListed(db, { user, document });
    if (listed === null) return notFound('document');
    if ((listed.favouriteAt !== undefined) === isFavourite) return DONE;
    if ((await findListing(db, { user, document })) === undefined)
      await addVisit(db, { user, document, at });
    await setFavourite(db, { user, document, at: isFavourite ? at : null });
    publish(libraryKey(user), { name: 'document:favourited', document, isFavourite });
    return DONE;
  },

  async 'document:follow'({ db, user, at, publish }, { document, follows }) {
    const listed = await findListed(db, { user, document });
    if (listed === null) return notFound('document');
    if ((listed.follows ?? 'own') === follows) return DONE;
    if ((await findListing(db, { user, document })) === undefined)
      await addVisit(db, { user, document, at });
    await setFollows(db, { user, document, follows: follows === 'own' ? null : follows });
    publish(libraryKey(user), { name: 'document:followed', document, follows });
    return DONE;
  },

  async 'document:template'(context, { document: id, isTemplate }) {
    const { db, at, publish } = context;
    const otherwise = 'not-your-template';
    const permission = await authorize(context, { document: id, action: 'template', otherwise });
    if (permission.kind === 'refused') return permission;
    const { document } = permission.entry;
    if (document.kind !== 'page') return forbidden('only-pages-are-templates');
    if ((document.template_at !== null) === isTemplate) return DONE;
    await setTemplate(db, id, isTemplate ? at : null);
    const standingOf = await standingsIn(db, id);
    for (const { user } of await findVisitors(db, id)) {
      if (standingOf(user)?.lifecycle === 'active')
        publish(libraryKey(user), { name: 'document:templated', document: id, isTemplate });
    }
    return DONE;
  },

  async 'document:unlist'({ db, user, publish }, { document }) {
    // A document inside a listed one is on the list with it.
    if ((await findListed(db, { user, document }))?.parent != null) return DONE;
    const isVisitor = (await readVisitor(db, { document, user })) !== null;
    // Where they may not read what is between, some of what is inside it is at the top of the list.
    const inside = await readDescendants(db, [document]);
    const before = await findAllListed(db, { user, documents: inside });
    const atTop = [...before.values()].filter(({ parent }) => parent === null).map(({ id }) => id);
    if (!(await forgetVisits(db, { user, document }))) return DONE;
    const after = await findAllListed(db, { user, documents: atTop });
    const unlisted = [document, ...atTop.filter((id) => !after.has(id))];
    for (const id of unlisted) {
      // Not only when it is purged: who comes back hears no words of what they do not have.
      await blankEvents(db, { document: id, channels: [libraryKey(user)] });
      publish(libraryKey(user), { name: 'document:unlisted', document: id });
    }
    if (isVisitor) publish(sharingKey(document), { name: 'member:removed', user });
    return {
      kind: 'done',
      effects: unlisted.map((id) => ({ kind: 'unlisted', document: id, user })),
    };
  },

  async 'document:visit'(context, { visits }) {
    const { db, at } = context;
    const effects: Effect[] = [];
    for (const { user, document } of visits) {
      const visit = await renewVisit(db, { user, document, at });
      if (visit !== 'none') await see(context, user, { document, cause: SHARED });
      if (visit === 'again') continue;
      const entry = await findAccessEntry(db, { document, user });
      if (entry === null || entry.lifecycle !== 'active') continue;
      if (visit === 'none') effects.push(...(await list(context, { user, document })));
      else {
        await publishListed(context, { user, document });
        await showVisitor(context, { user, document });
      }
    }
    return { kind: 'done', effects };
  },
};

/** Decides as the command will, if nothing changes until then. */
export async function mayCreate(
  db: Database,
  user: string,
  { document, parent }: { readonly document: string; readonly parent?: string | undefined },
): Promise<boolean> {
  if ((await findDocument(db, document)) !== undefined) {
    const entry = await findAccessEntry(db, { document, user });
    return entry !== null && entry.lifecycle !== 'purged';
  }
  if (parent === undefined) return true;
  return (await refuseCreation({ db, user }, { document, parent })) === null;
}

async function refuseCreation(
  context: Pick<HandlerContext, 'db' | 'user'>,
  { document, parent }: { readonly document: string; readonly parent: string },
): Promise<Refused | null> {
  const otherwise = 'not-into-there';
  const permission = await authorize(context, { document: parent, action: 'write', otherwise });
  return permission.kind === 'refused'
    ? permission
    : await refusePlace(context.db, document, parent);
}

/** A person who may write in a document may put others into it (TR7). */
async function createInside(
  context: HandlerContext<'document:created'>,
  {
    document,
    title,
    parent,
    position: wanted,
  }: {
    readonly document: string;
    readonly title: string;
    readonly parent: string;
    readonly position: string | undefined;
  },
): Promise<Outcome> {
  const { db, user, at } = context;
  const refusal = await refuseCreation(context, { document, parent });
  if (refusal !== null) return refusal;
  const effects = await changeLists(context, {
    document,
    async change() {
      const linkAccess = null;
      await createDocument(db, { id: document, kind: 'page', title, owner: user, linkAccess, at });
      const position = await freePosition(db, { document, parent, position: wanted, at });
      await moveInTree(db, document, { parent, position });
      await addVisit(db, { user, document, at });
    },
  });
  context.audit({ action: 'document:created', document, detail: { parent } });
  context.emit('document.created', document);
  const named: Effect[] = title === '' ? [] : [{ kind: 'renamed', document, title }];
  return { kind: 'done', effects: [...effects, ...named] };
}

async function refuseMove(
  context: HandlerContext,
  { document, ...standing }: AccessEntry,
  parent: string | null,
): Promise<Refused | null> {
  const { db } = context;
  const { id, parent: before } = document;
  if (parent !== null) {
    const otherwise = 'not-into-there';
    const permission = await authorize(context, { document: parent, action: 'write', otherwise });
    if (permission.kind === 'refused') return permission;
  }
  if (can(standing, 'share')) return before === parent ? null : await refusePlace(db, id, parent);
  // The place of a document belongs to what it is in.
  if (before === null) return forbidden('viewers-do-not-move');
  const otherwise = 'not-out-of-there';
  const permission = await authorize(context, { document: before, action: 'write', otherwise });
  if (permission.kind === 'refused') return permission;
  if (before === parent) return null;
  const refusal = await refusePlace(db, id, parent);
  if (refusal !== null) return refusal;
  return (await hasSameAccessIn(db, document, parent)) ? null : forbidden('move-changes-access');
}

async function refusePlace(
  db: Database,
  document: string,
  parent: string | null,
): Promise<Refused | null> {
  if (parent === null) return null;
  const around = await readAncestors(db, parent);
  if (parent === document || around.includes(document)) return forbidden('not-into-itself');
  const { inside } = await measureDepth(db, document);
  if (around.length + 1 + inside > MAX_TREE_DEPTH) return forbidden('too-deep');
  // The outermost document has the most inside it; within it, nothing comes to that (TR10).
  const outermost = around.at(-1) ?? parent;
  if ((await readAncestors(db, document)).includes(outermost)) return null;
  const [added, present] = [
    1 + (await countDescendants(db, document)),
    await countDescendants(db, outermost),
  ];
  return present + added > MAX_DOCUMENTS_INSIDE ? forbidden('too-many-inside') : null;
}

/** Decided before anything is changed: a move that is refused costs as little as one may (TR7). */
async function hasSameAccessIn(
  db: Database,
  { id, is_restricted }: DocumentRow,
  parent: string | null,
): Promise<boolean> {
  const before = await findAccess(db, id);
  if (before === null) return false;
  const around = parent === null ? null : await findAccess(db, parent);
  const inherited = inheritedFrom(around, { isRestricted: is_restricted === 1 });
  return (
    isSameInherited(before.inherited, inherited) &&
    linkOf(before) === linkOf({ ...before, inherited })
  );
}

async function list(
  context: HandlerContext,
  { user, document }: Membership,
): Promise<readonly Effect[]> {
  const { db, at } = context;
  await addVisit(db, { user, document, at });
  await publishListed(context, { user, document });
  await showVisitor(context, { user, document });
  return [{ kind: 'listed', document, user }];
}

async function showVisitor(
  { db, publish }: HandlerContext,
  { user, document }: Membership,
): Promise<void> {
  if (await hasManyVisitors(db, document)) return;
  const member = await readVisitor(db, { document, user });
  if (member !== null) publish(sharingKey(document), { name: 'member:changed', member });
}
