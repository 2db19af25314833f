/** Full text search in titles and text, in both databases: the rules are in README.md. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import { WELCOME_TITLE } from '@tandem/document/welcome';
import {
  matchesIn,
  searchTermsOf,
  termsOf,
  type DocumentKind,
  type SearchResult,
  type SearchTerm,
} from '@tandem/protocol';
import { SEARCH } from '../../limits.ts';
import { listedIds } from '../library.ts';
import { mayRead } from '../access-conditions.ts';
import type { Database } from '../tables.ts';

export interface SearchableText {
  readonly document: string;
  readonly parts: readonly string[];
  /** Of the text in the journal. */
  readonly epoch: string;
  readonly offset: number;
  /** The document's `updated_at` is at most this, if the text is the newest. */
  readonly at: number;
}

export interface NewPart {
  readonly document: string;
  readonly hash: string;
  readonly isTitle: boolean;
  readonly content: string;
}

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
}

/** What a document should have in the index, by the hash of each part. */
type Wanted = ReadonlyMap<string, NewPart>;

export class SearchIndex implements AsyncDisposable {
  readonly #db: Database;
  readonly #reader: Database;
  readonly #terms: TermTables;

  /** @param options.reader for searches, which other queries do not wait for; closed with the index */
  constructor(
    db: Database,
    { terms, reader = db }: { readonly terms: TermTables; readonly reader?: Database },
  ) {
    this.#db = db;
    this.#reader = reader;
    this.#terms = terms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#reader !== this.#db) await this.#reader.destroy();
  }

  /** @throws StorageError */
  async update(texts: readonly SearchableText[]): Promise<void> {
    const queue = texts.map((text) => ({ text, wanted: partsOf(text) }));
    const terms = await this.#termsOfMissing(queue.map(({ wanted }) => wanted));
    while (queue.length > 0)
      await this.#db.transaction().execute(async (transaction) => {
        let left: number = SEARCH.partsPerTransaction;
        for (let next = queue[0]; next !== undefined && left > 0; next = queue[0]) {
          const step = await this.#step(transaction, { ...next, terms, limit: left });
          if (step.isDone) queue.shift();
          left -= Math.max(1, step.changes);
        }
      });
  }

  /** @throws StorageError */
  async updateTitle(document: string): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const title = await titlePart(transaction, document);
      if (title === null) return;
      const known = await knownParts(transaction, document);
      const stale = known.filter(({ is_title, hash }) => is_title === 1 && hash !== title.hash);
      const numbers = stale.map(({ number }) => number);
      if (numbers.length > 0) await this.#terms.remove(transaction, numbers);
      if (known.some(({ hash }) => hash === title.hash)) return;
      await this.#terms.insert(transaction, title, termsOf(title.content));
    });
  }

  /** @throws StorageError */
  async remove(document: string): Promise<void> {
    for (;;) {
      const parts = await knownParts(this.#db, document);
      if (parts.length === 0) break;
      const numbers = parts.slice(0, SEARCH.partsPerTransaction).map(({ number }) => number);
      await this.#db
        .transaction()
        .execute((transaction) => this.#terms.remove(transaction, numbers));
    }
    await this.#db.deleteFrom('search_document').where('document', '=', document).execute();
  }

  /** The next few documents that the index may lack, by their ids: their text, or their title only. */
  async outdated(
    after: string,
  ): Promise<{ readonly id: string; readonly lacks: 'text' | 'title' }[]> {
    const rows = await this.#db
      .selectFrom('document')
      .leftJoin('search_document', 'search_document.document', 'document.id')
      .select(['document.id', 'document.kind', 'created_at', 'updated_at', 'indexed_at'])
      .where('document.id', '>', after)
      .where('document.purged_at', 'is', null)
      .where(({ or, and, not, eb, exists, selectFrom }) => {
        const isChanged = eb('document.updated_at', '>', eb.ref('document.created_at'));
        const isIndexed = eb('search_document.indexed_at', '>=', eb.ref('document.updated_at'));
        const title = selectFrom('search_part')
          .select('search_part.number')
          .whereRef('search_part.document', '=', 'document.id')
          .where('search_part.is_title', '=', 1);
        // Every guest has a welcome page, which few ever touch.
        const isNamed = eb('document.title', 'not in', ['', WELCOME_TITLE]);
        return or([
          and([
            eb('document.kind', '=', 'page'),
            isChanged,
            or([eb('search_document.indexed_at', 'is', null), not(isIndexed)]),
          ]),
          and([isNamed, not(exists(title))]),
        ]);
      })
      .orderBy('document.id')
      .limit(SEARCH.outdatedAtOnce)
      .execute();
    return rows.map(({ id, kind, created_at, updated_at, indexed_at }) => {
      const lacksText =
        kind === 'page' && updated_at > created_at && (indexed_at ?? 0) < updated_at;
      return { id, lacks: lacksText ? 'text' : 'title' };
    });
  }

  /** The best first. @throws StorageError */
  async search({
    user,
    search,
    limit,
  }: {
    readonly user: string;
    readonly search: string;
    readonly limit: number;
  }): Promise<SearchResult[]> {
    const terms = searchTermsOf(search);
    if (terms.length === 0) return [];
    const results: SearchResult[] = [];
    for (const { content, is_title: isTitle, fallback, ...found } of await this.#rows(
      { user, limit },
      terms,
    )) {
      const excerpt =
        isTitle === 1 ? { excerpt: fallback, matches: [] } : excerptOf(content, terms);
      results.push({ ...found, ...excerpt });
      // An excerpt takes up to a millisecond.
      await nextTurn();
    }
    return results;
  }

  async #rows(
    { user, limit }: { readonly user: string; readonly limit: number },
    terms: readonly SearchTerm[],
  ) {
    const { source, condition, rank } = this.#terms.matching(terms);
    // The condition above finds any of several terms.
    const everywhere = (terms.length === 1 ? [] : terms).map((term) => {
      const one = this.#terms.matching([term]);
      return sql`and search_part.document in (select search_part.document from ${one.source}
        where ${one.condition} and search_part.document in (select id from mine))`;
    });
    const { rows } = await sql<{
      readonly document: string;
      readonly kind: DocumentKind;
      readonly title: string;
      readonly updatedAt: number;
      readonly fallback: string;
      readonly content: string;
      readonly is_title: number;
    }>`
      with mine as materialized (
        select id from document where ${mayRead(user, 'document')} and id in (
          select id from document where owner = ${user}
          union select document from member where "user" = ${user}
          union ${listedIds(user)}
        )
      ),
      hit as materialized (
        select search_part.number, search_part.document, search_part.is_title, ${rank} as rank
        from ${source}
        where ${condition} and search_part.document in (select id from mine)
          ${sql.join(everywhere, sql` `)}
      ),
      ranked as (
        select number, document, is_title,
          max(rank) over (partition by document) as best,
          row_number() over (partition by document order by is_title, rank desc, number) as place
        from hit
      )
      select document.id as document, document.kind, document.title,
        document.updated_at as "updatedAt",
        document.excerpt as fallback, search_part.content, search_part.is_title
      from ranked
        join document on document.id = ranked.document
        join search_part on search_part.number = ranked.number
      where ranked.place = 1
      order by ranked.best desc, document.updated_at desc, document.id
      limit ${limit}`.execute(this.#reader);
    return rows;
  }

  /** Computed before the transactions, which others wait for, with a pause after each part. */
  async #termsOfMissing(all: readonly Wanted[]): Promise<ReadonlyMap<string, string[]>> {
    const missing = new Map<string, NewPart>();
    for (const wanted of all) for (const [hash, part] of wanted) missing.set(hash, part);
    const documents = [...new Set([...missing.values()].map(({ document }) => document))];
    for (const document of documents)
      for (const { hash } of await knownParts(this.#db, document)) missing.delete(hash);
    const terms = new Map<string, string[]>();
    for (const [hash, { content }] of missing) {
      terms.set(hash, termsOf(content));
      await nextTurn();
    }
    return terms;
  }

  /** Brings a document nearer to its newest state, by a limited number of parts. */
  async #step(
    transaction: Database,
    {
      text,
      wanted: parts,
      terms,
      limit,
    }: {
      readonly text: SearchableText;
      readonly wanted: Wanted;
      readonly terms: ReadonlyMap<string, string[]>;
      readonly limit: number;
    },
  ): Promise<{ readonly changes: number; readonly isDone: boolean }> {
    const { document } = text;
    if (!(await claim(transaction, text))) return { changes: 0, isDone: true };
    const title = await titlePart(transaction, document);
    const wanted = new Map(title === null ? [] : [...parts, [title.hash, title]]);
    const stale: number[] = [];
    for (const { number, hash } of await knownParts(transaction, document))
      if (!wanted.delete(hash)) stale.push(number);
    const removed = stale.slice(0, limit);
    const added = [...wanted.values()].slice(0, limit - removed.length);
    if (removed.length > 0) await this.#terms.remove(transaction, removed);
    for (const part of added)
      await this.#terms.insert(transaction, part, terms.get(part.hash) ?? termsOf(part.content));
    const changes = removed.length + added.length;
    const isDone = changes === stale.length + wanted.size;
    if (isDone)
      await transaction
        .updateTable('search_document')
        .set({ indexed_at: text.at })
        .where('document', '=', document)
        .execute();
    return { changes, isDone };
  }
}

/** Makes other nodes wait for this transaction. @returns false for a text that is older than the indexed one (SE6). */
async function claim(
  transaction: Database,
  { document, epoch, offset }: SearchableText,
): Promise<boolean> {
  const claimed = await transaction
    .insertInto('search_document')
    .values({ document, epoch, offset, indexed_at: 0 })
    .onConflict((conflict) =>
      conflict
        .column('document')
        .doUpdateSet({ epoch, offset, indexed_at: 0 })
        .where(({ or, eb }) =>
          or([
            eb('search_document.epoch', '!=', epoch),
            eb('search_document.offset', '<=', offset),
          ]),
        ),
    )
    .returning('document')
    .executeTakeFirst();
  return claimed !== undefined;
}

async function knownParts(db: Database, document: string) {
  return await db
    .selectFrom('search_part')
    .select(['number', 'hash', 'is_title'])
    .where('document', '=', document)
    .execute();
}

/** Null for a document that is gone: nothing of it may be found. */
async function titlePart(db: Database, document: string): Promise<NewPart | null> {
  const row = await db
    .selectFrom('document')
    .select('title')
    .where('id', '=', document)
    .where('purged_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : partOf(document, row.title, true);
}

function partsOf({ document, parts }: SearchableText): Wanted {
  return new Map(
    parts.map((content) => partOf(document, content, false)).map((part) => [part.hash, part]),
  );
}

function partOf(document: string, content: string, isTitle: boolean): NewPart {
  const hashed = isTitle ? `title ${content}` : content;
  const hash = createHash('sha256').update(hashed).digest('base64url');
  return { document, hash, isTitle, content };
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
