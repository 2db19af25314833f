/** Compares two databases row by row, in the order of their keys. */
import { TRANSFER_TABLES, type TransferTable } from '../transfer/transfer-tables.ts';
import type {
  TransferProgress,
  TransferRow,
  TransferSource,
  TransferValue,
} from '../transfer/transfer.ts';

export interface TableDifference {
  readonly table: string;
  /** Rows that only the first has. */
  readonly missing: number;
  /** Rows that only the second has. */
  readonly added: number;
  /** Rows of one key with other values. */
  readonly changed: number;
}

/** @returns the tables that are not the same. */
export async function compareDatabases(
  first: TransferSource,
  second: TransferSource,
  onProgress: (progress: TransferProgress) => void,
): Promise<readonly TableDifference[]> {
  const differences: TableDifference[] = [];
  for (const table of TRANSFER_TABLES) {
    const found = await compareTable(table, [first, second], (rows) =>
      onProgress({ step: 'comparing', table: table.name, rows }),
    );
    if (found.missing + found.added + found.changed > 0) differences.push(found);
  }
  return differences;
}

async function compareTable(
  table: TransferTable,
  [first, second]: readonly [TransferSource, TransferSource],
  onRows: (rows: number) => void,
): Promise<TableDifference> {
  const columns = Object.keys(table.columns);
  const key = table.key.map((column) => columns.indexOf(column));
  const [ones, others] = [rowsOf(first, table), rowsOf(second, table)];
  let [one, other] = [await ones.next(), await others.next()];
  let [missing, added, changed, rows] = [0, 0, 0, 0];
  while (one.done !== true || other.done !== true) {
    onRows(++rows);
    const order =
      one.done === true ? 1 : other.done === true ? -1 : compareKeys(one.value, other.value, key);
    if (order < 0) missing++;
    else if (order > 0) added++;
    else if (!isSame(one.value as TransferRow, other.value as TransferRow)) changed++;
    if (order <= 0) one = await ones.next();
    if (order >= 0) other = await others.next();
  }
  return { table: table.name, missing, added, changed };
}

async function* rowsOf(source: TransferSource, table: TransferTable): AsyncGenerator<TransferRow> {
  for await (const rows of source.read(table)) yield* rows;
}

function compareKeys(one: TransferRow, other: TransferRow, key: readonly number[]): number {
  for (const at of key) {
    const order = compareValues(one[at] as TransferValue, other[at] as TransferValue);
    if (order !== 0) return order;
  }
  return 0;
}

/** As both databases order them: texts by their bytes. */
function compareValues(one: TransferValue, other: TransferValue): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}

function isSame(one: TransferRow, other: TransferRow): boolean {
  return one.every((value, at) => {
    const opposite = other[at];
    return value instanceof Uint8Array && opposite instanceof Uint8Array
      ? Buffer.compare(value, opposite) === 0
      : value === opposite;
  });
}
