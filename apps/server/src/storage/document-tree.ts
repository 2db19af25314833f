/**
 * Where documents are: `document.parent`, and its closure `document_ancestor`, from which roles are inherited. Commands
 * that change the tree do so one at a time in the cluster (TR3), so that a closure is never of two trees.
 */
import { positionAtTime, positionBetween } from '@tandem/protocol';
import { sql, type ExpressionBuilder } from 'kysely';
import type { Database, Tables } from './tables.ts';
import type { DocumentRow } from './tables/documents.ts';

export interface TreePosition {
  readonly parent: string | null;
  readonly position: string;
}

/** The documents around a document, the nearest first. */
export async function readAncestors(db: Database, document: string): Promise<string[]> {
  const rows = await db
    .selectFrom('document_ancestor')
    .select('ancestor')
    .where('document', '=', document)
    .orderBy('depth')
    .execute();
  return rows.map(({ ancestor }) => ancestor);
}

/** All documents inside these, also those in the trash. */
export async function readDescendants(
  db: Database,
  documents: readonly string[],
): Promise<string[]> {
  const rows = await db
    .selectFrom('document_ancestor')
    .select('document')
    .distinct()
    .where('ancestor', 'in', documents)
    .execute();
  return rows.map((row) => row.document);
}

/** How many documents are inside a document, also in the trash. */
export async function countDescendants(db: Database, document: string): Promise<number> {
  const { count } = await db
    .selectFrom('document_ancestor')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('ancestor', '=', document)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** How many levels of documents are around a document, and inside it. */
export async function measureDepth(
  db: Database,
  document: string,
): Promise<{ readonly around: number; readonly inside: number }> {
  const deepest = (column: 'document' | 'ancestor') =>
    db
      .selectFrom('document_ancestor')
      .select(({ fn }) => fn.max('depth').as('depth'))
      .where(column, '=', document)
      .executeTakeFirst();
  const [around, inside] = [await deepest('document'), await deepest('ancestor')];
  return { around: around?.depth ?? 0, inside: inside?.depth ?? 0 };
}

/** The position that was asked for, or the next one that no other document in the parent has (TR3). */
export async function freePosition(
  db: Database,
  {
    document,
    parent,
    position,
    at,
  }: {
    readonly document: string;
    readonly parent: string | null;
    readonly position: string | undefined;
    readonly at: number;
  },
): Promise<string> {
  // At the top of the tree, each person has other documents.
  if (parent === null) return position ?? positionAtTime(at);
  const wanted = position ?? positionBetween(await lastPosition(db, parent), null);
  if (wanted === null) return positionAtTime(at);
  const [same, next] = await db
    .selectFrom('document')
    .select('position')
    .distinct()
    .where('parent', '=', parent)
    .where('id', '!=', document)
    .where('position', '>=', wanted)
    .orderBy('position')
    .limit(2)
    .execute();
  if (same?.position !== wanted) return wanted;
  return positionBetween(wanted, next?.position ?? null) ?? wanted;
}

async function lastPosition(db: Database, parent: string): Promise<string | null> {
  const row = await db
    .selectFrom('document')
    .select('position')
    .where('parent', '=', parent)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.position ?? null;
}

/** Changes the order of documents beside each other, which costs the same whatever is inside them. */
export async function setPosition(db: Database, document: string, position: string): Promise<void> {
  await db.updateTable('document').set({ position }).where('id', '=', document).execute();
}

/** Moves a document with everything inside it. The caller has made sure that the parent is not inside it. */
export async function moveInTree(
  db: Database,
  document: string,
  { parent, position }: TreePosition,
): Promise<void> {
  const before = await db
    .updateTable('document')
    .set({ parent, position })
    .where('id', '=', document)
    .returning('is_restricted')
    .executeTakeFirst();
  await detach(db, document);
  if (parent !== null)
    await attach(db, document, { parent, isRestricted: before?.is_restricted === 1 });
}

/** Takes documents out of what is around them, with everything inside each. None of them is inside another one. */
export async function moveToTop(db: Database, documents: readonly string[]): Promise<void> {
  if (documents.length === 0) return;
  await db.updateTable('document').set({ parent: null }).where('id', 'in', documents).execute();
  const moved = (eb: ExpressionBuilder<Tables, 'document_ancestor'>) =>
    eb
      .selectFrom('document as root')
      .select('root.id as document')
      .where('root.id', 'in', documents)
      .unionAll(
        eb
          .selectFrom('document_ancestor as inside')
          .select('inside.document')
          .where('inside.ancestor', 'in', documents),
      );
  await db
    .deleteFrom('document_ancestor')
    .where('document', 'in', moved)
    .where('ancestor', 'not in', moved)
    .execute();
}

/** Those that are inside none of the others. */
export async function selectOutermost(
  db: Database,
  documents: readonly string[],
): Promise<readonly string[]> {
  if (documents.length === 0) return [];
  const rows = await db
    .selectFrom('document_ancestor')
    .select('document')
    .distinct()
    .where('document', 'in', documents)
    .where('ancestor', 'in', documents)
    .execute();
  const inside = new Set(rows.map(({ document }) => document));
  return documents.filter((document) => !inside.has(document));
}

export async function setRestricted(
  db: Database,
  { id: document, parent }: Pick<DocumentRow, 'id' | 'parent'>,
  isRestricted: boolean,
): Promise<void> {
  await db
    .updateTable('document')
    .set({ is_restricted: isRestricted ? 1 : 0 })
    .where('id', '=', document)
    .execute();
  if (parent === null) return;
  await detach(db, document);
  await attach(db, document, { parent, isRestricted });
}

/** The document and all that is inside it no longer have the documents around it. */
async function detach(db: Database, document: string): Promise<void> {
  await sql`delete from document_ancestor
    where document in (${subtree(document)})
      and ancestor in (select ancestor from document_ancestor where document = ${document})`.execute(
    db,
  );
}

async function attach(
  db: Database,
  document: string,
  { parent, isRestricted }: { readonly parent: string; readonly isRestricted: boolean },
): Promise<void> {
  await sql`insert into document_ancestor (document, ancestor, depth, inherits)
    select inside.document, around.ancestor, inside.depth + around.depth + 1,
      inside.inherits * around.inherits * cast(${isRestricted ? 0 : 1} as bigint)
    from (
      select document, depth, inherits from document_ancestor where ancestor = ${document}
      union all select cast(${document} as text), 0, 1
    ) as inside
    cross join (
      select ancestor, depth, inherits from document_ancestor where document = ${parent}
      union all select cast(${parent} as text), 0, 1
    ) as around`.execute(db);
}

function subtree(document: string) {
  return sql`select cast(${document} as text) union all
    select document from document_ancestor where ancestor = ${document}`;
}
