/** Chunks of history: compressed rows, as the compactor moves them out of the journal (HY1). */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import {
  decodeHistoryRows,
  encodeHistoryRows,
  type HistoryRow,
  type HistorySession,
} from '@tandem/protocol';
import { HISTORY } from './limits.ts';
import { sessionsOf } from './history-sessions.ts';

export interface HistoryChunk {
  readonly from: number;
  readonly to: number;
  /** When its last row was committed. */
  readonly endedAt: number;
  /** Of all its updates, before compression. */
  readonly bytes: number;
  readonly sessions: readonly HistorySession[];
  readonly data: Uint8Array;
  /** The state after its last row, compressed; null in most chunks. */
  readonly checkpoint: Uint8Array | null;
}

/** @param checkpoint the state after the last row, or null. */
export function toChunks(
  rows: readonly HistoryRow[],
  checkpoint: Uint8Array | null,
): HistoryChunk[] {
  const parts = cut(rows);
  return parts.map((part, i) => ({
    ...toChunk(part),
    checkpoint: checkpoint === null || i < parts.length - 1 ? null : compress(checkpoint),
  }));
}

/** @throws Error when the data is damaged. */
export function rowsOf({ data }: Pick<HistoryChunk, 'data'>): HistoryRow[] {
  return decodeHistoryRows(decompress(data));
}

export function toThinned(rows: readonly HistoryRow[]): Pick<HistoryChunk, 'data' | 'bytes'> {
  const { data, bytes } = toChunk(rows);
  return { data, bytes };
}

export function compress(bytes: Uint8Array): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: HISTORY.brotliQuality };
  return brotliCompressSync(bytes, { params });
}

export function decompress(bytes: Uint8Array): Uint8Array {
  // A buffer of its own, which is cheap to send to another thread.
  return new Uint8Array(brotliDecompressSync(bytes));
}

function toChunk(rows: readonly HistoryRow[]): Omit<HistoryChunk, 'checkpoint'> {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  return {
    from: first.offset,
    to: last.offset,
    endedAt: last.at,
    bytes: rows.reduce((sum, { update }) => sum + update.byteLength, 0),
    sessions: sessionsOf(rows),
    data: compress(encodeHistoryRows(rows)),
  };
}

function cut(rows: readonly HistoryRow[]): HistoryRow[][] {
  const parts: HistoryRow[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    bytes += row.update.byteLength;
    const last = parts.at(-1);
    if (last === undefined || last.length >= HISTORY.chunkRows || bytes > HISTORY.chunkBytes) {
      parts.push([row]);
      bytes = row.update.byteLength;
    } else last.push(row);
  }
  return parts;
}
