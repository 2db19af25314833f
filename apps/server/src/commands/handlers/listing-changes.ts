/**
 * What a command changes on people's lists, when it changes who may read a document, and all that is inside it, or where
 * it is. Lists are compared before and after: whatever the change was, people hear of what it did to them.
 */
import type { Role } from '@tandem/protocol';
import { libraryKey, sharingKey } from '../../storage/channel-key.ts';
import { readDescendants } from '../../storage/document-tree.ts';
import { findVisitors, findVisitsInside, type Listing } from '../../storage/visits.ts';
import { findAllListed, findListed, shownParents, toListed } from '../../storage/library.ts';
import { standingsIn, standingsInEach } from '../../storage/roles.ts';
import { readSharing } from '../../storage/sharing.ts';
import type { Database } from '../../storage/tables.ts';
import type { DocumentRow } from '../../storage/tables/documents.ts';
import type { Effect } from '../command-runner.ts';
import type { HandlerContext, Outcome } from '../handler.ts';
import { changeReaders } from './notifications.ts';
import { DONE } from './outcomes.ts';

type Place = Pick<DocumentRow, 'parent' | 'position'>;

interface Entry extends Listing {
  readonly document: string;
  readonly user: string;
  readonly role: Role;
}

/** By document and user. */
type Lists = ReadonlyMap<string, Entry>;

/** Makes a change to a document, or creates it, and publishes what that does to lists. */
export async function changeLists(
  context: HandlerContext,
  { document, change }: { readonly document: string; readonly change: () => Promise<void> },
): Promise<readonly Effect[]> {
  const { db } = context;
  const placeBefore = await readPlace(db, document);
  const before = await readLists(db, document);
  await changeReaders(context, { documents: [document] }, change);
  const after = await readLists(db, document);
  const placeAfter = await readPlace(db, document);
  const isMoved =
    placeBefore !== null &&
    placeAfter !== null &&
    (placeBefore.parent !== placeAfter.parent || placeBefore.position !== placeAfter.position);
  return await new ListingChanges(context, document).publish({ before, after, isMoved });
}

/** As `changeLists`, of a change after which everyone in the document, or in one inside it, is checked again. */
export async function changeAccess(
  context: HandlerContext,
  document: string,
  change: () => Promise<void>,
): Promise<Outcome> {
  const effects = await changeLists(context, { document, change });
  return { kind: 'done', effects: [{ kind: 'access-changed', document }, ...effects] };
}

/**
 * As `changeAccess`, of a change to what one person may do in several documents: the lists of others stay as they are.
 */
export async function changeAccessOfPerson(
  context: HandlerContext,
  {
    user,
    documents,
    change,
  }: {
    readonly user: string;
    readonly documents: readonly string[];
    readonly change: () => Promise<void>;
  },
): Promise<Outcome> {
  const { db, publish } = context;
  if (documents.length === 0) {
    await change();
    return DONE;
  }
  const about = new Set(documents);
  const read = async () => {
    for (const { document } of await findVisitsInside(db, documents, user)) about.add(document);
    return await findAllListed(db, { user, documents: [...about] });
  };
  const before = await read();
  await changeReaders(context, { documents, user }, change);
  const after = await read();
  const effects: Effect[] = documents.map((document) => ({ kind: 'access-changed', document }));
  const unlisted = [...about].filter((document) => before.has(document) && !after.has(document));
  // What is taken off a list takes what is inside it with it (TR2).
  const taken = new Set(unlisted.length === 0 ? [] : await readDescendants(db, unlisted));
  for (const document of unlisted) {
    publish(libraryKey(user), { name: 'document:unlisted', document });
    effects.push({ kind: 'unlisted', document, user });
  }
  for (const document of about) {
    const now = after.get(document);
    if (now === undefined) continue;
    const known = before.get(document);
    if (known === undefined) effects.push({ kind: 'listed', document, user });
    if (taken.has(document) || known?.role !== now.role || known.parent !== now.parent)
      publish(libraryKey(user), { name: 'document:listed', document: now });
  }
  return { kind: 'done', effects };
}

/** To everyone who sees with whom a document is shared, after it was moved or restricted. */
export async function publishInherited(
  { db, publish }: HandlerContext,
  document: string,
): Promise<void> {
  const state = await readSharing(db, document);
  if (state === undefined) return;
  const { link, isLinkInherited, around, members } = state;
  publish(sharingKey(document), {
    name: 'inheritance:changed',
    ...{ link, isLinkInherited, around, members },
  });
}

/** Publishes a document that came to one person's list, before which what they opened inside it was on its own there. */
export async function publishListed(
  { db, publish }: HandlerContext,
  { user, document }: { readonly user: string; readonly document: string },
): Promise<void> {
  const inside = await findVisitsInside(db, [document], user);
  for (const id of [document, ...inside.map((visit) => visit.document)]) {
    const listed = await findListed(db, { user, document: id });
    if (listed !== null) publish(libraryKey(user), { name: 'document:listed', document: listed });
  }
}

/** A new place in the same document changes neither roles nor lists, but for the order. */
export async function publishMoved(
  { db, publish }: HandlerContext,
  document: string,
): Promise<void> {
  const row = await findRow(db, document);
  const visitors = (await findVisitors(db, document)).map(({ user }) => user);
  const standingOf = await standingsIn(db, document);
  const parentOf = await shownParents(db, row, visitors);
  const { position } = row;
  for (const user of visitors) {
    if (standingOf(user)?.lifecycle !== 'active') continue;
    const event = { name: 'document:moved', document, parent: parentOf(user), position } as const;
    publish(libraryKey(user), event);
  }
}

class ListingChanges {
  readonly #context: HandlerContext;
  readonly #root: string;
  readonly #effects: Effect[] = [];

  constructor(context: HandlerContext, root: string) {
    this.#context = context;
    this.#root = root;
  }

  async publish({
    before,
    after,
    isMoved,
  }: {
    readonly before: Lists;
    readonly after: Lists;
    readonly isMoved: boolean;
  }): Promise<readonly Effect[]> {
    const listed: Entry[] = [];
    const moved: Entry[] = [];
    /** On whose lists the document itself came or went: what is inside it changes its place there. */
    const affected = new Set<string>();
    for (const [key, entry] of before) {
      if (after.has(key)) continue;
      this.#unlist(entry);
      if (entry.document === this.#root) affected.add(entry.user);
    }
    for (const [key, entry] of after) {
      const role = before.get(key)?.role ?? null;
      const isRoot = entry.document === this.#root;
      if (role === null && isRoot) affected.add(entry.user);
      if (role === null) this.#effects.push({ kind: 'listed', ...pick(entry) });
      if (role !== entry.role) listed.push(entry);
      else if (isRoot && isMoved) moved.push(entry);
      else if (affected.has(entry.user)) listed.push(entry);
    }
    await this.#list(listed);
    await this.#move(moved);
    return this.#effects;
  }

  #unlist(entry: Entry): void {
    const { document, user } = entry;
    this.#context.publish(libraryKey(user), { name: 'document:unlisted', document });
    this.#effects.push({ kind: 'unlisted', document, user });
  }

  async #list(entries: readonly Entry[]): Promise<void> {
    const { db, publish } = this.#context;
    const rows = await findRows(db, new Set(entries.map(({ document }) => document)));
    const users = [...new Set(usersOf(entries))];
    // Most of them are in the same few documents.
    const parentsOf = new Map<string | null, (user: string) => string | null>();
    for (const { parent } of rows.values())
      if (!parentsOf.has(parent)) parentsOf.set(parent, await shownParents(db, { parent }, users));
    for (const of of byDocument(entries).values())
      for (const { user, ...entry } of of) {
        const row = rows.get(entry.document);
        if (row === undefined) continue;
        const parent = parentsOf.get(row.parent)?.(user) ?? null;
        const listed = toListed({ ...entry, document: row, parent });
        publish(libraryKey(user), { name: 'document:listed', document: listed });
      }
  }

  async #move(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const { db, publish } = this.#context;
    const row = await findRow(db, this.#root);
    const parentOf = await shownParents(db, row, usersOf(entries));
    for (const { user } of entries)
      publish(libraryKey(user), {
        name: 'document:moved',
        document: this.#root,
        parent: parentOf(user),
        position: row.position,
      });
  }
}

/** The document on all lists, and what is inside it on the lists of those who opened that themselves. */
async function readLists(db: Database, root: string): Promise<Lists> {
  const lists = new Map<string, Entry>();
  const visitors = (await findVisitors(db, root)).map((visitor) => ({
    ...visitor,
    document: root,
  }));
  const listings = [...visitors, ...(await findVisitsInside(db, [root]))];
  const standingOf = await standingsInEach(db, new Set(listings.map(({ document }) => document)));
  for (const listing of listings) {
    const { document, user } = listing;
    const standing = standingOf(document, user);
    if (standing?.lifecycle === 'active')
      lists.set(`${document} ${user}`, { ...listing, role: standing.role });
  }
  return lists;
}

async function readPlace(db: Database, document: string): Promise<Place | null> {
  const place = await db
    .selectFrom('document')
    .select(['parent', 'position'])
    .where('id', '=', document)
    .executeTakeFirst();
  return place ?? null;
}

async function findRow(db: Database, document: string): Promise<DocumentRow> {
  return await db
    .selectFrom('document')
    .selectAll()
    .where('id', '=', document)
    .executeTakeFirstOrThrow();
}

/** As many as there are entries on lists: see `findVisitsInside`. */
async function findRows(
  db: Database,
  documents: ReadonlySet<string>,
): Promise<ReadonlyMap<string, DocumentRow>> {
  if (documents.size === 0) return new Map();
  const rows = await db
    .selectFrom('document')
    .selectAll()
    .where('id', 'in', [...documents])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

function byDocument<T extends { readonly document: string }>(
  entries: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.document);
    if (group === undefined) groups.set(entry.document, [entry]);
    else group.push(entry);
  }
  return groups;
}

function usersOf(entries: readonly Entry[]): string[] {
  return entries.map(({ user }) => user);
}

function pick({ document, user }: Entry) {
  return { document, user };
}
