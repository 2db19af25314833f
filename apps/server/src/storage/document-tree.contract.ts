/** The contract of the tree of documents: its closure, and the roles that follow from it. Each database runs it. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { LINK_ROLES, type LinkAccess, type Role } from '@tandem/protocol';
import {
  moveInTree,
  moveToTop,
  readDescendants,
  selectOutermost,
  setRestricted,
} from './document-tree.ts';
import { addVisit } from './visits.ts';
import { createDocument } from './documents.ts';
import { listDocuments, readTreePage } from './library.ts';
import { enterLink, setLinkPassword } from './link-terms.ts';
import { mayRead } from './access-conditions.ts';
import { findAccess, findAccessEntry, standingsInEach } from './roles.ts';
import { standingIn, type GivenRole } from './standing.ts';
import { giveRole } from './member-roles.ts';
import { changeLink } from './sharing.ts';
import {
  findOthersInside,
  listTrash,
  moveToTrash,
  separateInTrash,
  takeFromTrash,
} from './trash.ts';
import type { Database } from './tables.ts';

const DOCUMENTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const USERS = ['ada', 'ed', 'vi'];
const SEED = 20_261_129;

interface Model {
  readonly owner: string;
  parent: string | null;
  isRestricted: boolean;
  link: LinkAccess | null;
  /** Who has entered the password of the link; null: it has none. */
  entered: Set<string> | null;
  readonly given: Map<string, GivenRole>;
}

type Tree = ReadonlyMap<string, Model>;

const document = fc.constantFrom(...DOCUMENTS);
const user = fc.constantFrom(...USERS);

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      document,
      to: fc.option(document, { freq: 6 }),
    }),
  },
  fc.record({
    kind: fc.constant('to the top' as const),
    document,
    others: fc.uniqueArray(document, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('restrict' as const), document, isRestricted: fc.boolean() }),
  fc.record({
    kind: fc.constant('give' as const),
    document,
    user,
    role: fc.constantFrom<GivenRole>('editor', 'commenter', 'viewer'),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    document,
    link: fc.constantFrom<LinkAccess>('off', 'view', 'comment', 'edit'),
  }),
  fc.record({ kind: fc.constant('protect' as const), document, hash: fc.constantFrom(null, 'h') }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('enter' as const), document, user }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function around(tree: Tree, id: string): string[] {
  const parent = tree.get(id)?.parent ?? null;
  return parent === null ? [] : [parent, ...around(tree, parent)];
}

/** The documents from which it inherits, and itself. */
function chain(tree: Tree, id: string): string[] {
  const { parent = null, isRestricted = false } = tree.get(id) ?? {};
  return parent === null || isRestricted ? [id] : [id, ...chain(tree, parent)];
}

/** TR5, TR6 and PO12, as they are written. */
function roleOf(tree: Tree, id: string, user: string): Role | null {
  const at = (other: string) => tree.get(other) as Model;
  if ([id, ...around(tree, id)].some((other) => at(other).owner === user)) return 'owner';
  const given = chain(tree, id).map((other) => at(other).given.get(user));
  for (const role of ['editor', 'commenter', 'viewer'] as const)
    if (given.includes(role)) return role;
  const link = chain(tree, id).find((other) => at(other).link !== null);
  if (link === undefined || at(link).entered?.has(user) === false) return null;
  return LINK_ROLES[at(link).link ?? 'off'];
}

async function apply(db: Database, tree: Tree, change: Step): Promise<void> {
  const { document: id } = change;
  const model = tree.get(id) as Model;
  switch (change.kind) {
    case 'move':
      if (change.to !== null && [change.to, ...around(tree, change.to)].includes(id)) return;
      model.parent = change.to;
      return await moveInTree(db, id, { parent: change.to, position: 'a0' });
    case 'to the top': {
      const outermost = await selectOutermost(db, [...new Set([id, ...change.others])]);
      for (const each of outermost) (tree.get(each) as Model).parent = null;
      return await moveToTop(db, outermost);
    }
    case 'restrict':
      model.isRestricted = change.isRestricted;
      return await setRestricted(db, { id, parent: model.parent }, change.isRestricted);
    case 'give':
      model.given.set(change.user, change.role);
      return void (await giveRole(db, change));
    case 'link':
      model.link = change.link;
      return await changeLink(db, id, change.link);
    case 'protect':
      model.entered = change.hash === null ? null : new Set();
      return await setLinkPassword(db, id, change.hash);
    case 'enter':
      model.entered?.add(change.user);
      // As the command does, for a link with a password.
      if (model.entered !== null) await enterLink(db, { document: id, user: change.user, at: 1 });
  }
}

async function expectClosure(db: Database, tree: Tree): Promise<void> {
  const rows = await db.selectFrom('document_ancestor').selectAll().execute();
  const expected = DOCUMENTS.flatMap((id) =>
    around(tree, id).map((ancestor, index) => ({
      document: id,
      ancestor,
      depth: index + 1,
      inherits: chain(tree, id).includes(ancestor) ? 1 : 0,
    })),
  );
  const inOrder = (all: typeof expected) =>
    all
      .map((row) => JSON.stringify([row.document, row.ancestor, row.depth, row.inherits]))
      .toSorted();
  expect(inOrder(rows)).toEqual(inOrder(expected));
  for (const id of DOCUMENTS)
    expect((await readDescendants(db, [id])).toSorted()).toEqual(
      DOCUMENTS.filter((other) => around(tree, other).includes(id)),
    );
}

async function expectRoles(db: Database, tree: Tree): Promise<void> {
  for (const user of [...USERS, 'nobody']) {
    const standingOf = await standingsInEach(db, new Set(DOCUMENTS));
    const readable = DOCUMENTS.filter((id) => roleOf(tree, id, user) !== null);
    for (const id of DOCUMENTS) {
      const role = roleOf(tree, id, user);
      const access = await findAccess(db, id);
      expect((await findAccessEntry(db, { document: id, user }))?.role ?? null).toBe(role);
      expect((access && standingIn(access, user))?.role ?? null).toBe(role);
      expect(standingOf(id, user)?.role ?? null).toBe(role);
    }
    const { rows } = await sql<{ readonly id: string }>`
      select id from document where ${mayRead(user, 'document')} order by id`.execute(db);
    expect(rows.map(({ id }) => id)).toEqual(readable);
    if (user === 'nobody') continue;
    const listed = await listDocuments(db, user);
    // Each of them has opened everything.
    expect(listed.map(({ document: { id } }) => id).toSorted()).toEqual(readable);
    for (const { document: row, role, parent } of listed) {
      expect(role).toBe(roleOf(tree, row.id, user));
      expect(parent).toBe(row.parent !== null && readable.includes(row.parent) ? row.parent : null);
    }
    for (const parent of [null, ...readable]) {
      const page = await readTreePage(db, user, { parent });
      expect(page.documents.map(({ id }) => id).toSorted()).toEqual(
        listed
          .filter((entry) => entry.parent === parent)
          .map((entry) => entry.document.id)
          .toSorted(),
      );
    }
  }
}

export function testDocumentTree(open: () => Promise<Database>, runs: number): void {
  test('TR5 TR6 the closure and all roles are those of a simple model, after any changes', async () => {
    const db = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        for (const table of [
          ...(['document', 'document_ancestor', 'member', 'visit'] as const),
          ...(['link_terms', 'link_entry'] as const),
        ])
          await db.deleteFrom(table).execute();
        const tree = new Map<string, Model>();
        for (const [index, id] of DOCUMENTS.entries()) {
          const owner = USERS[index % 2] as string;
          const linkAccess = null;
          await createDocument(db, { id, kind: 'page', title: id, owner, linkAccess, at: index });
          for (const user of USERS) await addVisit(db, { user, document: id, at: 1 });
          tree.set(id, {
            ...{ owner, parent: null, isRestricted: false, link: null, entered: null },
            given: new Map(),
          });
        }
        for (const change of steps) await apply(db, tree, change);
        await expectClosure(db, tree);
        await expectRoles(db, tree);
      }),
      { numRuns: runs, seed: SEED },
    );
  }, 60_000);

  test('TR8 the trash shows each person what is theirs, also when it is separated', async () => {
    const db = await open();
    for (const [id, owner, parent] of [
      ['plan', 'ada', null],
      ['ebb', 'ed', 'plan'],
      ['inside', 'vi', 'ebb'],
      ['below', 'ed', 'inside'],
    ] as const) {
      await createDocument(db, { id, kind: 'page', title: id, owner, linkAccess: null, at: 1 });
      await moveInTree(db, id, { parent, position: 'a0' });
    }
    const trashOf = async (owner: string) => (await listTrash(db, owner)).map(({ id }) => id);
    const all = async () => [await trashOf('ada'), await trashOf('ed'), await trashOf('vi')];
    await moveToTrash(db, 'plan', 5);
    expect(await all()).toEqual([['plan'], ['ebb'], ['inside']]);
    const plan = { id: 'plan', trashed_with: null };
    const others = await findOthersInside(db, plan);
    expect(others.map(({ document: { id } }) => id).toSorted()).toEqual(['ebb', 'inside']);
    await separateInTrash(db, { documents: ['ebb'], trashedWith: 'plan' });
    expect(await all()).toEqual([['plan'], ['ebb'], ['inside']]);
    await takeFromTrash(db, plan);
    expect(await all()).toEqual([[], ['ebb'], ['inside']]);
    await takeFromTrash(db, { id: 'ebb', trashed_with: null });
    expect(await all()).toEqual([[], [], []]);
    expect((await readDescendants(db, ['ebb'])).toSorted()).toEqual(['below', 'inside']);
    expect(await readDescendants(db, ['plan'])).toEqual([]);
  });
}
