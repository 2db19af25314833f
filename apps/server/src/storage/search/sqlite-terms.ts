/** Terms in SQLite's FTS5, which stores no text of its own. */
import { sql, type RawBuilder } from 'kysely';
import type { SearchTerm } from '@tandem/protocol';
import { SEARCH } from '../limits.ts';
import type { Database } from '../tables.ts';
import type { NewPart, TermTables } from './search-parts.ts';
import { MIN_CONTAINED_LETTERS } from './similar-terms.ts';

/** A match in a title counts as much as eight in the text. */
const WEIGHTS = sql`8.0, 1.0`;

/** Letters, numbers and marks: what a term consists of. */
export const CREATE_SEARCH_TERMS = `create virtual table search_terms using fts5(
  title, body, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
)`;

/** The terms of a part that may contain a searched word (SE10), once each: FTS5 cannot say which terms a row has. */
export const ADD_SEARCH_WORDS = `alter table search_part add column words text not null default ''`;

export const sqliteTerms: TermTables = {
  async insert(db: Database, part: NewPart, terms: readonly string[]): Promise<void> {
    const { document, kind, key, content } = part;
    const { rows } = await sql<{ readonly number: number }>`
      insert into search_part (document, kind, key, content, words)
      values (${document}, ${kind}, ${key}, ${content}, ${longWords(terms)})
      on conflict (document, kind, key) do nothing returning number`.execute(db);
    const [added] = rows;
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

  async existing(_, terms) {
    return terms;
  },

  async containing(db: Database, letters: readonly string[], documents: RawBuilder<unknown>) {
    const { rows } = await sql<{ readonly words: string }>`
      with mine as materialized (${documents}),
      part as (
        select search_part.words from mine cross join search_part on search_part.document = mine.id
        limit ${SEARCH.containingParts}
      )
      select words from part
      where ${sql.join(
        letters.map((one) => sql`instr(words, ${one}) > 0`),
        sql` or `,
      )}
      limit ${SEARCH.containingMatches}`.execute(db);
    const counts = new Map<string, number>();
    for (const { words } of rows)
      for (const word of words.split(' '))
        if (letters.some((one) => word.includes(one)))
          counts.set(word, (counts.get(word) ?? 0) + 1);
    return [...counts]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, SEARCH.containingTerms)
      .map(([word]) => word);
  },
};

function longWords(terms: readonly string[]): string {
  return [...new Set(terms.filter(({ length }) => length > MIN_CONTAINED_LETTERS))].join(' ');
}

/** Terms have no quotes in them. */
function queryOf({ phrase, isPrefix }: SearchTerm): string {
  return `"${phrase.join(' ')}"${isPrefix ? '*' : ''}`;
}
