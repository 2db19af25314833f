/**
 * The newest rows of all documents, in one table in the order of their commits: a commit writes the last
 * page of one table, however many documents it is about. Which rows are whose is known in memory only: each
 * connection reads the table once, and later, at the start of each transaction, what others have changed.
 * `RowSettler` moves the rows to the table `update`, where those of one document are neighbours.
 */
import type { HistoryRow } from '@tandem/protocol';
import type { Row, StoredRow } from '@tandem/sync';
import type { RowHeader } from '../history/history-sessions.ts';
import type { OffsetRange } from '../history/history-store.ts';
import type { Sqlite } from './sqlite.ts';

/** In the place of an offset: the document was deleted, and its earlier rows do not count. */
const DELETED = 0;

interface IndexEntry {
  readonly number: number;
  readonly document: string;
  readonly offset: number;
  readonly bytes: number;
}

type RecentRow = Omit<Row, 'subscription' | 'cseq'>;

export interface RecentDocument {
  firstOffset: number;
  /** The numbers of its rows, which have consecutive offsets. */
  numbers: number[];
  /** Unset until its epoch was read. */
  epoch?: string;
}

export class RecentRows {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #documents = new Map<string, RecentDocument>();
  #lowest = 1;
  #highest = 0;
  #bytes = 0;
  #written: IndexEntry[] = [];

  constructor(sqlite: Sqlite) {
    this.#statements = prepare(sqlite);
  }

  get lowest(): number {
    return this.#lowest;
  }

  get highest(): number {
    return this.#highest;
  }

  /** Of all rows that this connection has seen. */
  get bytes(): number {
    return this.#bytes;
  }

  get documents(): readonly string[] {
    return [...this.#documents.keys()];
  }

  /** Call at the start of each transaction. */
  refresh(): void {
    this.#written = [];
    const { lowest } = this.#statements.lowest.get() as { readonly lowest: number | null };
    if (lowest !== null && lowest > this.#lowest) this.#forgetBelow(lowest);
    const added = this.#statements.added.all(this.#highest) as unknown as readonly IndexEntry[];
    for (const entry of added) this.#index(entry);
  }

  /** Call after a transaction was committed. */
  onCommitted(): void {
    for (const entry of this.#written) this.#index(entry);
    this.#written = [];
  }

  find(document: string): RecentDocument | undefined {
    return this.#documents.get(document);
  }

  /** The document's last offset, if one of its rows is recent. */
  headOf(document: string): number | undefined {
    const recent = this.#documents.get(document);
    return recent === undefined ? undefined : recent.firstOffset + recent.numbers.length - 1;
  }

  numbersAfter(document: string, offset: number): readonly number[] {
    const recent = this.#documents.get(document);
    if (recent === undefined) return [];
    return recent.numbers.slice(Math.max(0, offset + 1 - recent.firstOffset));
  }

  numbersUpTo(document: string, offset: number): readonly number[] {
    const recent = this.#documents.get(document);
    if (recent === undefined) return [];
    return recent.numbers.slice(0, Math.max(0, offset + 1 - recent.firstOffset));
  }

  /** @returns fewer rows when some are missing. */
  readAfter(document: string, offset: number): StoredRow[] {
    return this.numbersAfter(document, offset).flatMap(
      (number) => (this.#statements.row.get(number) as StoredRow | undefined) ?? [],
    );
  }

  readHeadersAfter(document: string, offset: number): RowHeader[] {
    return this.numbersAfter(document, offset).flatMap(
      (number) => (this.#statements.header.get(number) as RowHeader | undefined) ?? [],
    );
  }

  readAuthored(document: string, { after, upTo }: OffsetRange): HistoryRow[] {
    const numbers = this.numbersAfter(document, after);
    const first = this.#documents.get(document)?.firstOffset ?? 0;
    return numbers
      .slice(0, Math.max(0, upTo + 1 - Math.max(first, after + 1)))
      .flatMap((number) => (this.#statements.authored.get(number) as HistoryRow | undefined) ?? []);
  }

  append(document: string, { offset, update, user, at }: RecentRow): void {
    this.#insert(document, { offset, update, user, at });
  }

  delete(document: string): void {
    if (!this.#documents.has(document)) return;
    this.#insert(document, { offset: DELETED, update: new Uint8Array(), user: '', at: 0 });
  }

  /**
   * Empties rows that nobody will read again, because their document is being deleted (PO4) or they were thinned
   * (HY12): they themselves go when as many others have come.
   */
  blank(numbers: readonly number[]): void {
    if (numbers.length > 0) this.#statements.blank.run(JSON.stringify(numbers));
  }

  /** Never deletes the last row: numbers would start again. */
  deleteUpTo(number: number): void {
    this.#statements.deleteUpTo.run(Math.min(number, this.#highest - 1));
  }

  #insert(document: string, { offset, update, user, at }: RecentRow): void {
    const number = this.#highest + this.#written.length + 1;
    this.#statements.insert.run(number, document, offset, update, user, at);
    this.#written.push({ number, document, offset, bytes: update.byteLength });
  }

  #index({ number, document, offset, bytes }: IndexEntry): void {
    this.#highest = number;
    this.#bytes += bytes;
    if (offset === DELETED) {
      this.#documents.delete(document);
      return;
    }
    const recent = this.#documents.get(document);
    if (recent === undefined)
      this.#documents.set(document, { firstOffset: offset, numbers: [number] });
    else recent.numbers.push(number);
  }

  #forgetBelow(lowest: number): void {
    this.#lowest = lowest;
    for (const [document, recent] of this.#documents) {
      const forgotten = recent.numbers.findIndex((number) => number >= lowest);
      if (forgotten === -1) {
        this.#documents.delete(document);
      } else if (forgotten > 0) {
        recent.firstOffset += forgotten;
        recent.numbers = recent.numbers.slice(forgotten);
      }
    }
  }
}

function prepare(sqlite: Sqlite) {
  return {
    lowest: sqlite.prepare('SELECT min(number) AS lowest FROM recent'),
    added: sqlite.prepare(
      'SELECT number, document, offset, length(data) AS bytes FROM recent WHERE number > ? ORDER BY number',
    ),
    row: sqlite.prepare('SELECT offset, data AS "update" FROM recent WHERE number = ?'),
    header: sqlite.prepare('SELECT offset, at, user FROM recent WHERE number = ?'),
    authored: sqlite.prepare(
      'SELECT offset, at, user, data AS "update" FROM recent WHERE number = ?',
    ),
    insert: sqlite.prepare(
      'INSERT INTO recent (number, document, offset, data, user, at) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    blank: sqlite.prepare(
      `UPDATE recent SET data = x'', user = ''
         WHERE number IN (SELECT value FROM json_each(?)) AND length(data) > 0`,
    ),
    deleteUpTo: sqlite.prepare('DELETE FROM recent WHERE number <= ?'),
  };
}
