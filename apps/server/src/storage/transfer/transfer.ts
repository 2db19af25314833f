/**
 * Copies everything from one database to another, reads both, and compares them: a migration, a backup or its
 * restore. The adapters are `sqlite/sqlite-transfer.ts` and `postgres/postgres-transfer.ts`. A transfer that does not come to its end, for
 * whatever reason, leaves the target as empty as it was.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import { StorageError } from '../storage-error.ts';
import { TableDigest, type TableSummary } from './table-digest.ts';
import { TRANSFER_TABLES, type TransferTable } from './transfer-tables.ts';

export type TransferValue = string | number | Uint8Array | null;
/** In the order of the table's columns. */
export type TransferRow = readonly TransferValue[];

/** The rows of one batch; their number and bytes limit the memory of a transfer. */
export const BATCH = { maxRows: 1_000, maxBytes: 1024 * 1024 } as const;

export interface TransferSource {
  /** Reads the rows in batches, in the order of the table's key. */
  read(table: TransferTable): AsyncIterable<readonly TransferRow[]>;
}

/** A source whose rows are all of one moment. */
export interface DatabaseMoment extends TransferSource {
  readonly migrations: readonly string[];
}

export interface NewTimeline {
  readonly id: string;
  readonly atMs: number;
}

export interface TransferTarget extends TransferSource {
  write(table: TransferTable, rows: readonly TransferRow[]): Promise<void>;
  /** Begins the timeline. Call last: what was written may be kept from now on. */
  complete(timeline: NewTimeline | null): Promise<void>;
}

export interface TransferProgress {
  readonly step: 'copying' | 'comparing' | 'checking';
  readonly table: string;
  readonly rows: number;
}

export interface TableReport extends TableSummary {
  readonly table: string;
}

export interface TransferOptions {
  readonly clock: Clock;
  /** Of the target. A database on which a server may run has another one than its source. */
  readonly timeline: 'same' | 'another';
  readonly onProgress: (progress: TransferProgress) => void;
}

/** @throws StorageError, also when the two databases differ; then the target keeps nothing. */
export async function transfer(
  source: TransferSource,
  target: TransferTarget,
  options: TransferOptions,
): Promise<readonly TableReport[]> {
  const reports: TableReport[] = [];
  for (const table of TRANSFER_TABLES) {
    const summary = await summarize(table, source, async (rows, copied) => {
      await target.write(table, rows);
      options.onProgress({ step: 'copying', table: table.name, rows: copied });
    });
    reports.push({ table: table.name, ...summary });
  }
  for (const [at, table] of TRANSFER_TABLES.entries()) {
    const written = await summarize(table, target, async (_, rows) =>
      options.onProgress({ step: 'comparing', table: table.name, rows }),
    );
    assertSame(reports[at] as TableReport, written);
  }
  const { timeline, clock } = options;
  await target.complete(timeline === 'same' ? null : { id: randomUUID(), atMs: clock.now() });
  return reports;
}

export async function summarize(
  table: TransferTable,
  source: TransferSource,
  onBatch: (rows: readonly TransferRow[], total: number) => Promise<void>,
): Promise<TableSummary> {
  const digest = new TableDigest();
  for await (const rows of source.read(table)) {
    digest.add(rows);
    await onBatch(rows, digest.rows);
  }
  return digest.finish();
}

function assertSame({ table, rows, sha256 }: TableReport, written: TableSummary): void {
  if (rows === written.rows && sha256 === written.sha256) return;
  throw new StorageError({
    message: `The rows of "${table}" are not the same after the transfer: ${rows} rows (${sha256}) were read, and ${written.rows} rows (${written.sha256}) are in the target. Nothing was kept; please report this.`,
    retryable: false,
    damaged: false,
  });
}

export function bytesOf(row: TransferRow): number {
  let bytes = 0;
  for (const value of row) {
    if (typeof value === 'string') bytes += value.length;
    else if (value instanceof Uint8Array) bytes += value.byteLength;
    else bytes += 8;
  }
  return bytes;
}
