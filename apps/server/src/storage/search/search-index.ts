/** Full text search in titles and text, in both databases: the rules are in README.md. */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import {
  matchesIn,
  searchTermsOf,
  type DocumentKind,
  type SearchResult,
  type SearchTerm,
} from '@tandem/protocol';
import { SEARCH } from '../../limits.ts';
import type { Database } from '../tables.ts';

export interface SearchableText {
  readonly document: string;
  readonly parts: readonly string[];
  /** The text is at least as new as this. */
  readonly at: number;
}

export interface NewPart {
  readonly document: string;
  readonly hash: string;
  readonly isTitle: boolean;
  readonly text: string;
}

/** What differs between the databases: how terms are stored, and how they are matched. */
export interface TermTables {
  /** Makes the terms, one part at a time: those of a whole long document block the thread for 0.1 s. */
  insert(db: Database, parts: readonly NewPart[]): Promise<void>;
  remove(db: Database, numbers: readonly number[]): Promise<void>;
  /** Condition and rank of rows of `search_part`, higher ranks first. */
  matching(terms: readonly SearchTerm[]): {
    readonly source: RawBuilder<unknown>;
    readonly condition: RawBuilder<boolean>;
    readonly rank: RawBuilder<number>;
  };
}

export class SearchIndex {
  readonly #db: Database;
  readonly #terms: TermTables;

  constructor(db: Database, terms: TermTables) {
    this.#db = db;
    this.#terms = terms;
  }

  /** @throws StorageError */
  async update(texts: readonly SearchableText[]): Promise<void> {
    const ids = texts.map(({ document }) => document);
    const titles = await this.#titlesOf(ids);
    const known = await this.#partsOf(ids);
    const added: NewPart[] = [];
    const removed: number[] = [];
    for (const { document, parts } of texts) {
      const wanted = new Map<string, NewPart>();
      const title = titles.get(document);
      if (title !== undefined) {
        const all = [partOf(document, title, true)];
        for (const text of parts) all.push(partOf(document, text, false));
        for (const part of all) wanted.set(part.hash, part);
      }
      for (const { number, hash } of known.get(document) ?? [])
        if (!wanted.delete(hash)) removed.push(number);
      added.push(...wanted.values());
    }
    await this.#write({ added, removed, indexed: texts });
  }

  /** @throws StorageError */
  async updateTitle(document: string): Promise<void> {
    const title = (await this.#titlesOf([document])).get(document);
    if (title === undefined) return;
    const part = partOf(document, title, true);
    const known = (await this.#partsOf([document])).get(document) ?? [];
    const titles = known.filter(({ is_title }) => is_title === 1);
    const stale = titles.filter(({ hash }) => hash !== part.hash).map(({ number }) => number);
    const added = titles.length > stale.length ? [] : [part];
    await this.#write({ added, removed: stale, indexed: [] });
  }

  /** @throws StorageError */
  async remove(document: string): Promise<void> {
    const parts = (await this.#partsOf([document])).get(document) ?? [];
    const removed = parts.map(({ number }) => number);
    await this.#write({ added: [], removed, indexed: [] });
    await this.#db.deleteFrom('search_document').where('document', '=', document).execute();
  }

  /** The next few pages whose text the index may lack, by their ids. @throws StorageError */
  async outdated(after: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('document')
      .leftJoin('search_document', 'search_document.document', 'document.id')
      .select('document.id')
      .where('document.id', '>', after)
      .where('document.kind', '=', 'page')
      .where('document.purged_at', 'is', null)
      // Pages that nobody has touched, such as the welcome pages of all guests, are not worth it.
      .whereRef('document.updated_at', '>', 'document.created_at')
      .where((or) =>
        or.or([
          or('search_document.indexed_at', 'is', null),
          or('search_document.indexed_at', '<', or.ref('document.updated_at')),
        ]),
      )
      .orderBy('document.id')
      .limit(SEARCH.outdatedAtOnce)
      .execute();
    return rows.map(({ id }) => id);
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
    const results = new Map<string, SearchResult>();
    for (const row of await this.#rows(user, terms)) {
      const { text, is_title: isTitle, fallback, ...found } = row;
      const known = results.get(found.document);
      if (known === undefined && results.size === limit) continue;
      if (known !== undefined && known.matches.length > 0) continue;
      const excerpt = isTitle === 1 ? { excerpt: fallback, matches: [] } : excerptOf(text, terms);
      if (known === undefined || excerpt.matches.length > 0)
        results.set(found.document, { ...found, ...excerpt });
    }
    return [...results.values()];
  }

  async #rows(user: string, terms: readonly SearchTerm[]) {
    const { source, condition, rank } = this.#terms.matching(terms);
    // The condition above finds any of several terms.
    const everywhere = (terms.length === 1 ? [] : terms).map((term) => {
      const one = this.#terms.matching([term]);
      return sql`and document.id in (select search_part.document from ${one.source} where ${one.condition})`;
    });
    const { rows } = await sql<{
      readonly document: string;
      readonly kind: DocumentKind;
      readonly title: string;
      readonly updatedAt: number;
      readonly fallback: string;
      readonly text: string;
      readonly is_title: number;
    }>`
      select document.id as document, document.kind, document.title, document.updated_at as "updatedAt",
        document.excerpt as fallback, search_part.text, search_part.is_title
      from ${source}
        join document on document.id = search_part.document
        left join member on member.document = document.id and member."user" = ${user}
        left join visit on visit.document = document.id and visit."user" = ${user}
      where ${condition}
        and document.trashed_at is null
        and (document.owner = ${user} or member.role is not null
          or (document.link_access <> 'off' and visit."user" is not null))
        ${sql.join(everywhere, sql` `)}
      order by ${rank} desc, document.updated_at desc, document.id
      limit ${SEARCH.maxRows}`.execute(this.#db);
    return rows;
  }

  /** Without those of purged documents. */
  async #titlesOf(documents: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db
      .selectFrom('document')
      .select(['id', 'title'])
      .where('id', 'in', documents)
      .where('purged_at', 'is', null)
      .execute();
    return new Map(rows.map(({ id, title }) => [id, title]));
  }

  async #partsOf(documents: readonly string[]) {
    const rows = await this.#db
      .selectFrom('search_part')
      .select(['document', 'number', 'hash', 'is_title'])
      .where('document', 'in', documents)
      .execute();
    const parts = new Map<string, (typeof rows)[number][]>();
    for (const row of rows) {
      const known = parts.get(row.document);
      if (known === undefined) parts.set(row.document, [row]);
      else known.push(row);
    }
    return parts;
  }

  async #write({ added, removed, indexed }: Change): Promise<void> {
    const size = SEARCH.partsPerTransaction;
    const steps = Math.max(1, Math.ceil(Math.max(added.length, removed.length) / size));
    for (let step = 0; step < steps; step++) {
      const numbers = removed.slice(step * size, (step + 1) * size);
      const parts = added.slice(step * size, (step + 1) * size);
      const done = step === steps - 1 ? indexed : [];
      if (numbers.length + parts.length + done.length === 0) return;
      await this.#db.transaction().execute(async (transaction) => {
        if (numbers.length > 0) await this.#terms.remove(transaction, numbers);
        if (parts.length > 0) await this.#terms.insert(transaction, parts);
        if (done.length > 0) await noteIndexed(transaction, done);
      });
    }
  }
}

interface Change {
  readonly added: readonly NewPart[];
  readonly removed: readonly number[];
  readonly indexed: readonly SearchableText[];
}

async function noteIndexed(db: Database, texts: readonly SearchableText[]): Promise<void> {
  await db
    .insertInto('search_document')
    .values(texts.map(({ document, at }) => ({ document, indexed_at: at })))
    .onConflict((conflict) =>
      conflict
        .column('document')
        .doUpdateSet(({ ref }) => ({ indexed_at: ref('excluded.indexed_at') })),
    )
    .execute();
}

function partOf(document: string, text: string, isTitle: boolean): NewPart {
  const hash = createHash('sha256')
    .update(isTitle ? `title ${text}` : text)
    .digest('base64url');
  return { document, hash, isTitle, text };
}

/** A piece of the text around its first match. */
function excerptOf(
  text: string,
  terms: readonly SearchTerm[],
): Pick<SearchResult, 'excerpt' | 'matches'> {
  const line = text.replaceAll(/\s/g, ' ');
  const [first] = matchesIn(line, terms);
  if (first === undefined) return { excerpt: line.slice(0, SEARCH.excerptLength), matches: [] };
  const before = line.lastIndexOf(' ', Math.max(0, first.from - SEARCH.contextLength)) + 1;
  const start = first.from - before > SEARCH.contextLength * 2 ? first.from : before;
  const excerpt = line.slice(start, start + SEARCH.excerptLength).toWellFormed();
  return { excerpt, matches: matchesIn(excerpt, terms) };
}
