/** The query of full text search: SE2, SE3, SE5, SE7, SE8 and SE10. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import { matchesIn, type DocumentKind, type SearchResult, type SearchTerm } from '@tandem/protocol';
import { SEARCH } from '../limits.ts';
import { mayRead } from '../access-conditions.ts';
import { listedIds } from '../library.ts';
import type { Database } from '../tables.ts';
import type { PartKind, TermTables } from './search-parts.ts';

/** Each word of a search, and what may stand for it. */
export type WantedWords = readonly (readonly SearchTerm[])[];

export interface FindOptions {
  readonly user: string;
  readonly limit: number;
  /** Of the request: nothing more is searched for somebody who is gone (SE11). */
  readonly signal?: AbortSignal | undefined;
}

interface FoundRow {
  readonly document: string;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly updatedAt: number;
  readonly fallback: string;
  readonly content: string;
  readonly part: PartKind;
  readonly thread: string | null;
}

export interface Found {
  readonly words: WantedWords;
  readonly rows: readonly FoundRow[];
}

/** With their excerpts, which take up to a millisecond each: outside of transactions. */
export async function toResults({ words, rows }: Found): Promise<SearchResult[]> {
  const results: SearchResult[] = [];
  for (const { content, part, fallback, thread, ...found } of rows) {
    const excerpt =
      part === 'title' ? { excerpt: fallback, matches: [] } : excerptOf(content, words.flat());
    results.push({ ...found, ...excerpt, ...(thread === null ? {} : { thread }) });
    await nextTurn();
  }
  return results;
}

export class SearchQuery {
  readonly #db: Database;
  readonly #terms: TermTables;
  readonly #options: FindOptions;

  constructor(db: Database, terms: TermTables, options: FindOptions) {
    this.#db = db;
    this.#terms = terms;
    this.#options = options;
  }

  /** The best first; none where nothing may stand for one of the words. */
  async find(words: WantedWords): Promise<Found> {
    const hasNoTerms = words.length === 0 || words.some((terms) => terms.length === 0);
    return { words, rows: hasNoTerms ? [] : await this.#rows(words) };
  }

  /** Longer words of the person's newest documents that contain one of these (SE10). */
  async containing(letters: readonly string[]): Promise<readonly string[]> {
    const { user, signal } = this.#options;
    if (letters.length === 0) return [];
    signal?.throwIfAborted();
    const newest = sql`${findableDocuments(user)}
      order by updated_at desc limit ${SEARCH.containingDocuments}`;
    return await this.#terms.containing(this.#db, letters, newest);
  }

  /** Without terms that no part has. */
  async existing(words: WantedWords): Promise<WantedWords> {
    this.#options.signal?.throwIfAborted();
    const existing = new Set(await this.#terms.existing(this.#db, words.flat()));
    return words.map((terms) => terms.filter((term) => existing.has(term)));
  }

  async #rows(words: WantedWords): Promise<readonly FoundRow[]> {
    const { user, limit, signal } = this.#options;
    signal?.throwIfAborted();
    const { source, condition, rank } = this.#terms.matching(words.flat());
    const document = sql`search_part.document`;
    const isMine = isAmong(document, sql`select id from mine`);
    // The condition above finds any of several words.
    const everywhere = (words.length === 1 ? [] : words).map((terms) => {
      const one = this.#terms.matching(terms);
      const parts = sql`select ${document} from ${one.source} where ${one.condition} and ${isMine}`;
      return sql`and ${isAmong(document, parts)}`;
    });
    // A comment that was deleted a moment ago may still have a part.
    const { rows } = await sql<FoundRow>`
      with mine as materialized (${findableDocuments(user)}),
      hit as materialized (
        select search_part.number, search_part.document, search_part.kind, ${rank} as rank
        from ${source}
        where ${condition} and ${isMine} ${sql.join(everywhere, sql` `)}
      ),
      ranked as (
        select number, document,
          max(rank) over (partition by document) as best,
          row_number() over (partition by document
            order by case when kind = 'title' then 1 else 0 end, rank desc, number) as place
        from hit
      )
      select document.id as document, document.kind, document.title,
        document.updated_at as "updatedAt", document.excerpt as fallback,
        search_part.content, search_part.kind as part, message.thread
      from ranked
        join document on document.id = ranked.document
        join search_part on search_part.number = ranked.number
        left join message on search_part.kind = 'comment'
          and message.document = search_part.document and message.id = search_part.key
          and message.deleted_at is null
      where ranked.place = 1 and (search_part.kind <> 'comment' or message.id is not null)
      order by ranked.best desc, document.updated_at desc, document.id
      limit ${limit}`.execute(this.#db);
    return rows;
  }
}

/**
 * A condition of SQL: the document is one of these. With `is true`, Postgres looks each up in a table of hashes. Without,
 * it may go through all of these for each, because its estimates of what matches a search are guesses.
 */
export function isAmong(
  document: RawBuilder<unknown>,
  documents: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`(${document} in (${documents})) is true`;
}

/** The ids of what a person finds (SE5). */
export function findableDocuments(user: string): RawBuilder<unknown> {
  return sql`select id from document where ${mayRead(user, 'document')} and id in (
    select id from document where owner = ${user}
    union select document from member where "user" = ${user}
    union ${listedIds(user)}
  )`;
}

/** A piece of the text around its first match. */
function excerptOf(
  content: string,
  terms: readonly SearchTerm[],
): Pick<SearchResult, 'excerpt' | 'matches'> {
  const line = content.normalize('NFC').replaceAll(/\s/g, ' ');
  const [first] = matchesIn(line, terms);
  const at = first?.from ?? 0;
  const before = line.lastIndexOf(' ', Math.max(0, at - SEARCH.contextLength)) + 1;
  const start = at - before > SEARCH.contextLength * 2 ? at : before;
  const excerpt = line.slice(start, start + SEARCH.excerptLength).toWellFormed();
  return { excerpt, matches: first === undefined ? [] : matchesIn(excerpt, terms) };
}
