/** What is indexed of a document: parts of its text, its title, and each comment. */
import { createHash } from 'node:crypto';
import type { RawBuilder } from 'kysely';
import type { SearchTerm } from '@tandem/protocol';
import type { MessageKey } from '../messages.ts';
import type { Database, SearchPartTable } from '../tables.ts';

export type PartKind = SearchPartTable['kind'];
export type NewPart = Readonly<Omit<SearchPartTable, 'number'>>;

/** What differs between the databases: how terms are stored, and how they are matched. */
export interface TermTables {
  insert(db: Database, part: NewPart, terms: readonly string[]): Promise<void>;
  remove(db: Database, numbers: readonly number[]): Promise<void>;
  /** Condition and rank of rows of `search_part`, higher ranks first. */
  matching(terms: readonly SearchTerm[]): {
    readonly source: RawBuilder<unknown>;
    readonly condition: RawBuilder<boolean>;
    readonly rank: RawBuilder<number>;
  };
  /** Those of the terms that parts have. Others may be among them, where looking for many terms at once costs little. */
  existing(db: Database, terms: readonly SearchTerm[]): Promise<readonly SearchTerm[]>;
  /**
   * Indexed terms with one of these anywhere in them, the most frequent first.
   *
   * @param documents their ids, in the order in which they are looked at, as far as `SEARCH.containingParts` goes
   */
  containing(
    db: Database,
    letters: readonly string[],
    documents: RawBuilder<unknown>,
  ): Promise<readonly string[]>;
}

export async function knownParts(db: Database, document: string, kinds: readonly PartKind[]) {
  return await db
    .selectFrom('search_part')
    .select(['number', 'kind', 'key'])
    .where('document', '=', document)
    .where('kind', 'in', kinds)
    .execute();
}

export function textPart(document: string, content: string): NewPart {
  return { document, kind: 'text', key: hashOf(content), content };
}

/** Null for a document that is gone: nothing of it may be found. */
export async function titlePart(db: Database, document: string): Promise<NewPart | null> {
  const row = await db
    .selectFrom('document')
    .select('title')
    .where('id', '=', document)
    .where('purged_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { document, kind: 'title', key: hashOf(row.title), content: row.title };
}

/** Null for a comment that is deleted. */
export async function commentPart(
  db: Database,
  { document, message }: MessageKey,
): Promise<NewPart | null> {
  const row = await db
    .selectFrom('message')
    .select('text')
    .where('document', '=', document)
    .where('id', '=', message)
    .where('channel', '=', 'comments')
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : { document, kind: 'comment', key: message, content: row.text };
}

/** A change of the text alone does not touch parts whose key stays. */
function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('base64url');
}
