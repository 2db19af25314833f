/**
 * Moves recent rows to the table `update` once there are many: first copies of all rows that no snapshot
 * covers, a few in each transaction, then the recent rows are deleted. Writers wait for one small
 * transaction at most.
 */
import type { JournalTable } from '../tables.ts';
import { StorageError } from '../storage-error.ts';
import { RecentRows } from './recent-rows.ts';
import { inTransaction, openSqlite, type Sqlite } from './sqlite.ts';
import type { WriteLock } from './write-lock.ts';

export interface RecentLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
}

const RECENT: RecentLimits = { maxRows: 100_000, maxBytes: 64 * 1024 * 1024 };
const ROWS_PER_TRANSACTION = 500;
const DELETIONS_PER_TRANSACTION = 5_000;

export class RowSettler implements Disposable {
  readonly #sqlite: Sqlite;
  readonly #lock: WriteLock;
  readonly #recent: RecentRows;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #limits: RecentLimits;
  #settledBytes = 0;
  #state: 'open' | 'closed' = 'open';

  /** @throws StorageError */
  constructor(path: string, lock: WriteLock, limits = RECENT) {
    this.#sqlite = openSqlite(path);
    this.#lock = lock;
    this.#limits = limits;
    this.#recent = new RecentRows(this.#sqlite);
    this.#statements = prepare(this.#sqlite);
  }

  /** @param pause between transactions, lets other work of this thread run. */
  async settleIfDue(pause: () => Promise<void>): Promise<void> {
    try {
      this.#recent.refresh();
      const { highest, lowest, bytes } = this.#recent;
      const { maxRows, maxBytes } = this.#limits;
      if (highest - lowest < maxRows && bytes - this.#settledBytes < maxBytes) return;
      await this.#settle(highest, pause);
      this.#settledBytes = bytes;
    } catch (error) {
      // On a full disk the rows stay where they are, and the next writer reports the failure.
      if (!(error instanceof StorageError)) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#state = 'closed';
    this.#sqlite.close();
  }

  async #settle(highest: number, pause: () => Promise<void>): Promise<void> {
    const documents = [...this.#recent.documents];
    while (this.#state === 'open' && documents.length > 0) {
      this.#write(() => this.#copyFrom(documents));
      await pause();
    }
    let deleted = this.#recent.lowest - 1;
    while (this.#state === 'open' && deleted < highest - 1) {
      deleted = Math.min(deleted + DELETIONS_PER_TRANSACTION, highest - 1);
      this.#write(() => this.#recent.deleteUpTo(deleted));
      await pause();
    }
  }

  #write(work: () => void): void {
    this.#lock.run(() =>
      inTransaction(this.#sqlite, () => {
        this.#recent.refresh();
        work();
      }),
    );
  }

  /** Removes the documents whose rows were all copied. */
  #copyFrom(documents: string[]): void {
    let left = ROWS_PER_TRANSACTION;
    for (let document = documents.at(-1); document !== undefined; document = documents.at(-1)) {
      left -= this.#copy(document, left);
      if (left <= 0) return;
      documents.pop();
    }
  }

  #copy(document: string, limit: number): number {
    const journal = this.#statements.journal.get(document) as
      | Pick<JournalTable, 'settled' | 'snapshot_offset'>
      | undefined;
    // Without a recent row, the document was deleted.
    const head = this.#recent.headOf(document);
    if (journal === undefined || head === undefined) return 0;
    const from = Math.max(journal.settled, Math.min(journal.snapshot_offset, head));
    const numbers = this.#recent.numbersAfter(document, from).slice(0, limit);
    if (numbers.length > 0) this.#statements.copy.run(JSON.stringify(numbers));
    const settled = from + numbers.length;
    if (settled > journal.settled) this.#statements.settle.run(settled, document);
    return numbers.length;
  }
}

function prepare(sqlite: Sqlite) {
  return {
    journal: sqlite.prepare('SELECT settled, snapshot_offset FROM journal WHERE document = ?'),
    copy: sqlite.prepare(
      `INSERT INTO "update" (document, offset, data, user, at)
         SELECT document, offset, data, user, at FROM recent
           WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number`,
    ),
    settle: sqlite.prepare('UPDATE journal SET settled = ? WHERE document = ?'),
  };
}
