/** Terms in SQLite's FTS5, which stores no text of its own. */
import { sql, type RawBuilder } from 'kysely';
import type { SearchTerm } from '@tandem/protocol';
import { SEARCH } from '../../limits.ts';
import type { Database } from '../tables.ts';
import type { NewPart, TermTables } from './search-parts.ts';

/** A match in a title counts as much as eight in the text. */
const WEIGHTS = sql`8.0, 1.0`;

/** Letters, numbers and marks: what a term consists of. */
export const CREATE_SEARCH_TERMS = `create virtual table search_terms using fts5(
  title, body, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
)`;

/** The words of the index, and where each of them is, are read from it: nothing is stored. */
export const CREATE_SEARCH_VOCABULARIES = [
  'create virtual table search_vocabulary using fts5vocab(search_terms, row)',
  'create virtual table search_instance using fts5vocab(search_terms, instance)',
];

export const sqliteTerms: TermTables = {
  async insert(db: Database, part: NewPart, terms: readonly string[]): Promise<void> {
    const { document, kind, key, content } = part;
    const added = await db
      .insertInto('search_part')
      .values({ document, kind, key, content })
      .onConflict((conflict) => conflict.columns(['document', 'kind', 'key']).doNothing())
      .returning('number')
      .executeTakeFirst();
    if (added === undefined) return;
    const words = terms.join(' ');
    const isTitle = kind === 'title';
    await sql`insert into search_terms (rowid, title, body)
      values (${added.number}, ${isTitle ? words : ''}, ${isTitle ? '' : words})`.execute(db);
  },

  async remove(db: Database, numbers: readonly number[]): Promise<void> {
    await sql`delete from search_terms where rowid in (${sql.join(numbers)})`.execute(db);
    await db.deleteFrom('search_part').where('number', 'in', numbers).execute();
  },

  matching(terms: readonly SearchTerm[]) {
    const query = terms.map(queryOf).join(' OR ');
    return {
      // `cross join` keeps the order: one pass over the matches, not one search for each part.
      source: sql`search_terms cross join search_part on search_part.number = search_terms.rowid`,
      condition: sql<boolean>`search_terms match ${query}`,
      rank: sql<number>`-bm25(search_terms, ${WEIGHTS})`,
    };
  },

  containing(letters: string, documents: RawBuilder<unknown>) {
    return sql<{ readonly term: string }>`with mine as materialized (${documents}),
      candidate as materialized (
        select term, doc from search_vocabulary where instr(term, ${letters}) > 0
        order by doc desc limit ${SEARCH.containingCandidates}
      )
      select term from candidate where exists (
        select 1 from search_instance join search_part on search_part.number = search_instance.doc
        where search_instance.term = candidate.term and search_part.document in (select id from mine)
      )
      order by doc desc limit ${SEARCH.containingTerms}`;
  },
};

/** Terms have no quotes in them. */
function queryOf({ phrase, isPrefix }: SearchTerm): string {
  return `"${phrase.join(' ')}"${isPrefix ? '*' : ''}`;
}
