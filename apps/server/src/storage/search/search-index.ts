/** Full text search in titles, text and comments, in both databases: the rules are in README.md. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DocumentLink } from '@tandem/document';
import { WELCOME_TITLE } from '@tandem/document/welcome';
import {
  searchTermsOf,
  termsOf,
  type Backlinks,
  type SearchResults,
  type SearchTerm,
} from '@tandem/protocol';
import { SEARCH } from '../limits.ts';
import type { MessageKey } from '../messages.ts';
import type { Database } from '../tables.ts';
import { findBacklinks, removeLinks, replaceLinks, type BacklinkQuery } from './document-links.ts';
import {
  commentPart,
  knownParts,
  textPart,
  titlePart,
  type NewPart,
  type TermTables,
} from './search-parts.ts';
import { SearchQuery, toResults, type FindOptions } from './search-query.ts';
import type { SearchReader } from './search-reader.ts';
import { containedLetters, longerTerms, similarTerms } from './similar-terms.ts';

export interface SearchableText {
  readonly document: string;
  readonly parts: readonly string[];
  readonly links: readonly DocumentLink[];
  /** Of the text in the journal. */
  readonly epoch: string;
  readonly offset: number;
  /** The document's `updated_at` is at most this, if the text is the newest. */
  readonly at: number;
}

export interface SearchOptions extends FindOptions {
  readonly search: string;
}

/** Of the next few documents that have comments. */
export interface OutdatedComments {
  readonly comments: readonly MessageKey[];
  /** The last of those documents; null after the last one. */
  readonly last: string | null;
}

/** What a text should have in the index, by the key of each part. */
type Wanted = ReadonlyMap<string, NewPart>;

export class SearchIndex implements AsyncDisposable {
  readonly #db: Database;
  readonly #reader: SearchReader;
  readonly #terms: TermTables;

  /** @param options.reader for searches, which other queries do not wait for; closed with the index */
  constructor(
    db: Database,
    { terms, reader }: { readonly terms: TermTables; readonly reader: SearchReader },
  ) {
    this.#db = db;
    this.#reader = reader;
    this.#terms = terms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.close();
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
      const known = await knownParts(transaction, document, ['title']);
      const stale = known.filter(({ key }) => key !== title.key).map(({ number }) => number);
      if (stale.length > 0) await this.#terms.remove(transaction, stale);
      if (known.some(({ key }) => key === title.key)) return;
      await this.#terms.insert(transaction, title, termsOf(title.content));
    });
  }

  /** @throws StorageError */
  async updateComment(comment: MessageKey): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('search_part')
        .select(['number', 'content'])
        .where('document', '=', comment.document)
        .where('kind', '=', 'comment')
        .where('key', '=', comment.message)
        .executeTakeFirst();
      const part = await commentPart(transaction, comment);
      if (known !== undefined && known.content === part?.content) return;
      if (known !== undefined) await this.#terms.remove(transaction, [known.number]);
      if (part !== null) await this.#terms.insert(transaction, part, termsOf(part.content));
    });
  }

  /** @throws StorageError */
  async remove(document: string): Promise<void> {
    for (;;) {
      const parts = await knownParts(this.#db, document, ['text', 'title', 'comment']);
      if (parts.length === 0) break;
      const numbers = parts.slice(0, SEARCH.partsPerTransaction).map(({ number }) => number);
      await this.#db
        .transaction()
        .execute((transaction) => this.#terms.remove(transaction, numbers));
    }
    await this.#db.transaction().execute(async (transaction) => {
      // Waits for an update that has begun, and what that has written goes, too.
      await transaction.deleteFrom('search_document').where('document', '=', document).execute();
      const late = await knownParts(transaction, document, ['text', 'title', 'comment']);
      if (late.length > 0)
        await this.#terms.remove(
          transaction,
          late.map(({ number }) => number),
        );
      await removeLinks(transaction, document);
    });
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
          .where('search_part.kind', '=', 'title');
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

  /** Comments that the index lacks. */
  async outdatedComments(after: string): Promise<OutdatedComments> {
    const documents = await this.#db
      .selectFrom('comment_thread')
      .select('document')
      .distinct()
      .where('document', '>', after)
      .orderBy('document')
      .limit(SEARCH.outdatedAtOnce)
      .execute();
    const last = documents.at(-1)?.document ?? null;
    if (last === null) return { comments: [], last };
    const comments = await this.#db
      .selectFrom('message')
      .select(['message.document', 'message.id as message'])
      .where(
        'message.document',
        'in',
        documents.map(({ document }) => document),
      )
      .where('channel', '=', 'comments')
      .where('deleted_at', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('search_part')
              .select('search_part.number')
              .whereRef('search_part.document', '=', 'message.document')
              .where('search_part.kind', '=', 'comment')
              .whereRef('search_part.key', '=', 'message.id'),
          ),
        ),
      )
      .execute();
    return { comments, last };
  }

  /** The best first. @throws StorageError, or the reason of the signal */
  async search({ search, ...options }: SearchOptions): Promise<SearchResults> {
    const words = searchTermsOf(search);
    const { found, similar } = await this.#reader.read(async (db) => {
      const query = new SearchQuery(db, this.#terms, options);
      const exact = await query.find(words.map((word) => [word]));
      if (exact.rows.length > 0) return { found: exact, similar: false };
      const mayDiffer = words.slice(0, SEARCH.similarWords);
      const letters = mayDiffer.map(containedLetters).filter((one) => one !== null);
      const longer = await query.containing(letters);
      const known = await query.existing(
        words.map((word, at) => [word, ...(at < mayDiffer.length ? similarTerms(word) : [])]),
      );
      const wanted = known.map((terms, at) => [
        ...terms,
        ...(at < mayDiffer.length ? longerTerms(words[at] as SearchTerm, longer) : []),
      ]);
      const isOther = wanted.some((terms, at) => terms.some((term) => term !== words[at]));
      return { found: isOther ? await query.find(wanted) : exact, similar: true };
    }, options.signal);
    const results = await toResults(found);
    return { results, similar: similar && results.length > 0 };
  }

  /** The documents with a link to one. @throws StorageError */
  async backlinks(query: BacklinkQuery, signal?: AbortSignal): Promise<Backlinks['documents']> {
    return await this.#reader.readLinks((db) => findBacklinks(db, query), signal);
  }

  /** Computed before the transactions, which others wait for, with a pause after each part. */
  async #termsOfMissing(all: readonly Wanted[]): Promise<ReadonlyMap<string, string[]>> {
    const missing = new Map<string, NewPart>();
    for (const wanted of all) for (const [key, part] of wanted) missing.set(key, part);
    const documents = [...new Set([...missing.values()].map(({ document }) => document))];
    for (const document of documents)
      for (const { key } of await knownParts(this.#db, document, ['text'])) missing.delete(key);
    const terms = new Map<string, string[]>();
    for (const [key, { content }] of missing) {
      terms.set(key, termsOf(content));
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
    const wanted = new Map(
      title === null ? [] : [...parts.values(), title].map((part) => [nameOf(part), part]),
    );
    const stale: number[] = [];
    for (const { number, ...known } of await knownParts(transaction, document, ['text', 'title']))
      if (!wanted.delete(nameOf(known))) stale.push(number);
    const removed = stale.slice(0, limit);
    const added = [...wanted.values()].slice(0, limit - removed.length);
    if (removed.length > 0) await this.#terms.remove(transaction, removed);
    for (const part of added)
      await this.#terms.insert(transaction, part, terms.get(part.key) ?? termsOf(part.content));
    const changes = removed.length + added.length;
    const isDone = changes === stale.length + wanted.size;
    if (isDone) {
      await replaceLinks(transaction, document, title === null ? [] : text.links);
      await transaction
        .updateTable('search_document')
        .set({ indexed_at: text.at })
        .where('document', '=', document)
        .execute();
    }
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

function partsOf({ document, parts }: SearchableText): Wanted {
  return new Map(
    parts.map((content) => textPart(document, content)).map((part) => [part.key, part]),
  );
}

/** A title may read like a part of its text. */
function nameOf({ kind, key }: Pick<NewPart, 'kind' | 'key'>): string {
  return `${kind} ${key}`;
}
