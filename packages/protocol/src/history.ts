/**
 * History over HTTP (HY1–HY7 of PROTOCOL.md). Sessions are JSON; states and rows are bytes, so that a
 * server passes them on as they come from its thread of the history.
 *
 * Rows are stored in columns, because times, authors and lengths of neighbours resemble each other.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as z from 'zod/mini';
import { MAX_HISTORY_SESSIONS } from './limits.ts';
import {
  count,
  epoch,
  instant,
  offset,
  timeline,
  user,
  userId,
  yjsClient,
} from './messages/field.ts';

/** A committed change, with its author; the author is empty where rows of several people were joined. */
export interface HistoryRow {
  readonly offset: number;
  readonly at: number;
  readonly user: string;
  readonly update: Uint8Array;
}

export const historySession = z.object({
  /** The rows `from` to `to`, both included. */
  from: offset,
  to: offset,
  startedAt: instant,
  endedAt: instant,
  /** Those who wrote most come first. */
  authors: z.array(z.object({ user: userId, changes: count })),
});
export type HistorySession = z.infer<typeof historySession>;

export const historyPage = z.object({
  epoch,
  timeline,
  /** The newest row that is committed. */
  head: offset,
  /** The newest first. */
  sessions: z.array(historySession).check(z.maxLength(MAX_HISTORY_SESSIONS)),
  /** The offset before which the list goes on; null at the beginning of the document. */
  next: z.nullable(offset),
  people: z.array(user),
});
export type HistoryPage = z.infer<typeof historyPage>;

/** Who wrote with which Yjs client ids. */
export const historyAuthors = z.object({
  clients: z.array(z.tuple([yjsClient, userId])),
  /** The client id after which the list goes on; null at its end. */
  next: z.nullable(yjsClient),
  people: z.array(user),
});
export type HistoryAuthors = z.infer<typeof historyAuthors>;

export const HISTORY_TYPE = 'application/octet-stream';

export function encodeHistoryRows(rows: readonly HistoryRow[]): Uint8Array {
  const encoder = encoding.createEncoder();
  const users = [...new Set(rows.map((row) => row.user))];
  const userNumbers = new Map(users.map((name, number) => [name, number]));
  encoding.writeVarUint(encoder, rows.length);
  encoding.writeVarUint(encoder, users.length);
  for (const name of users) encoding.writeVarString(encoder, name);
  let last = 0;
  for (const row of rows) {
    encoding.writeVarUint(encoder, row.offset - last);
    last = row.offset;
  }
  let lastAt = 0;
  for (const { at } of rows) {
    // A clock may go back.
    encoding.writeVarInt(encoder, at - lastAt);
    lastAt = at;
  }
  for (const row of rows) encoding.writeVarUint(encoder, userNumbers.get(row.user)!);
  for (const { update } of rows) encoding.writeVarUint(encoder, update.byteLength);
  for (const { update } of rows) encoding.writeUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

/** @throws Error when the bytes are no rows. */
export function decodeHistoryRows(bytes: Uint8Array): HistoryRow[] {
  const decoder = decoding.createDecoder(bytes);
  const length = decoding.readVarUint(decoder);
  if (length > bytes.byteLength) throw new Error('more rows than bytes');
  const users = readEach(decoding.readVarUint(decoder), () => decoding.readVarString(decoder));
  let last = 0;
  const offsets = readEach(length, () => (last += decoding.readVarUint(decoder)));
  let lastAt = 0;
  const times = readEach(length, () => (lastAt += decoding.readVarInt(decoder)));
  const authors = readEach(length, () => users[decoding.readVarUint(decoder)] ?? '');
  const lengths = readEach(length, () => decoding.readVarUint(decoder));
  return lengths.map((size, i) => ({
    offset: offsets[i]!,
    at: times[i]!,
    user: authors[i]!,
    update: decoding.readUint8Array(decoder, size),
  }));
}

function readEach<T>(length: number, read: () => T): T[] {
  const values: T[] = [];
  for (let i = 0; i < length; i++) values.push(read());
  return values;
}
