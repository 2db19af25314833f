/** The number and the SHA-256 of a table's rows in the order of its key, the same for each kind of database. */
import { createHash } from 'node:crypto';
import type { TransferRow, TransferValue } from './transfer.ts';

export interface TableSummary {
  readonly rows: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export class TableDigest {
  readonly #hash = createHash('sha256');
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  add(rows: readonly TransferRow[]): void {
    for (const row of rows) for (const value of row) this.#addValue(value);
    this.#rows += rows.length;
  }

  finish(): TableSummary {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }

  /** With its type and length, so that different rows never give the same bytes. */
  #addValue(value: TransferValue): void {
    if (value === null) {
      this.#hash.update('n;');
    } else if (typeof value === 'number') {
      this.#hash.update(`i${value};`);
    } else if (typeof value === 'string') {
      this.#hash.update(`t${Buffer.byteLength(value)};${value}`);
    } else {
      this.#hash.update(`b${value.byteLength};`).update(value);
    }
  }
}
