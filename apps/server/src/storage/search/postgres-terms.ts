/**
 * Terms in Postgres as `tsvector`, which is made here: its own parsers find no words in scripts without blanks,
 * and depend on the locale of the database.
 */
import { sql, type RawBuilder } from 'kysely';
import type { SearchTerm } from '@tandem/protocol';
import { SEARCH } from '../limits.ts';
import type { Database } from '../tables.ts';
import type { NewPart, TermTables } from './search-parts.ts';

/** Of the text and of titles; as in SQLite, a match in a title counts as much as eight. */
const WEIGHTS = '{0.125, 0.125, 0.125, 1.0}';

/** Without a list of pending entries, which each search would read until the next vacuum. */
export const ADD_SEARCH_TERMS = [
  'alter table search_part add column terms tsvector not null',
  'create index search_part_terms on search_part using gin (terms) with (fastupdate = off)',
];

export const postgresTerms: TermTables = {
  async insert(db: Database, part: NewPart, terms: readonly string[]): Promise<void> {
    const { document, kind, key, content } = part;
    const vector = vectorOf(terms, kind === 'title');
    await sql`insert into search_part (document, kind, key, content, terms)
      values (${document}, ${kind}, ${key}, ${content}, ${vector}::tsvector)
      on conflict (document, kind, key) do nothing`.execute(db);
  },

  async remove(db: Database, numbers: readonly number[]): Promise<void> {
    await db.deleteFrom('search_part').where('number', 'in', numbers).execute();
  },

  matching(terms: readonly SearchTerm[]) {
    const query = sql`${terms.map(queryOf).join(' | ')}::tsquery`;
    return {
      source: sql`search_part`,
      condition: sql<boolean>`search_part.terms @@ ${query}`,
      rank: sql<number>`ts_rank(${WEIGHTS}::float4[], search_part.terms, ${query})`,
    };
  },

  /** GIN compares each match with each term of a query, so that hundreds of terms take a second. */
  async existing(db: Database, terms: readonly SearchTerm[]) {
    if (terms.length === 0) return [];
    const { rows } = await sql<{ readonly place: number }>`
      select place from unnest(${terms.map(queryOf)}::text[]) with ordinality as wanted (query, place)
      where exists (select from search_part where terms @@ query::tsquery)`.execute(db);
    return rows.flatMap(({ place }) => terms[place - 1] ?? []);
  },

  async containing(db: Database, letters: readonly string[], documents: RawBuilder<unknown>) {
    const hasOne = (text: RawBuilder<unknown>) =>
      sql.join(
        letters.map((one) => sql`strpos(${text}, ${one}) > 0`),
        sql` or `,
      );
    // The limit inside keeps the order of the documents, and those of others out.
    const { rows } = await sql<{ readonly term: string }>`
      with mine as materialized (${documents}),
      part as materialized (
        select part.terms from mine cross join lateral (
          select terms from search_part where document = mine.id limit ${SEARCH.containingParts}
        ) as part limit ${SEARCH.containingParts}
      ),
      matching as materialized (
        select terms from part where ${hasOne(sql`terms::text`)} limit ${SEARCH.containingMatches}
      )
      select term from matching cross join lateral unnest(tsvector_to_array(terms)) as found (term)
      where ${hasOne(sql`term`)}
      group by term order by count(*) desc limit ${SEARCH.containingTerms}`.execute(db);
    return rows.map(({ term }) => term);
  },
};

function vectorOf(terms: readonly string[], isTitle: boolean): string {
  const places = new Map<string, number[]>();
  for (const [at, term] of terms.entries()) {
    const known = places.get(term);
    if (known === undefined) places.set(term, [at + 1]);
    else known.push(at + 1);
  }
  const weight = isTitle ? 'A' : '';
  return [...places]
    .map(([term, at]) => `'${term}':${at.map((place) => `${place}${weight}`).join(',')}`)
    .join(' ');
}

/** Terms have no quotes in them. */
function queryOf({ phrase, isPrefix }: SearchTerm): string {
  const terms = phrase.map((term) => `'${term}'`).join(' <-> ');
  return `(${terms}${isPrefix ? ':*' : ''})`;
}
