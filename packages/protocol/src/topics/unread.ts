/** Unread chat messages (W40). Deleted messages keep their numbers and do not count, nor do imported ones, which come first. */
import * as z from 'zod/mini';
import { MAX_DELETED_RANGES } from '../limits.ts';

const messageNumber = z.int().check(z.positive());

/** Numbers of deleted messages, both ends included. */
export const numberRange = z.object({ from: messageNumber, to: messageNumber });
export type NumberRange = z.infer<typeof numberRange>;

/** Newest first; deleted messages beyond the limit count as new. */
export const deletedRanges = z.array(numberRange).check(z.maxLength(MAX_DELETED_RANGES));

export function countUnread(
  chat: {
    readonly chatHead: number;
    readonly chatImported: number;
    readonly chatDeleted: readonly NumberRange[];
  },
  chatRead: number,
): number {
  const read = Math.max(chatRead, chat.chatImported);
  const deleted = chat.chatDeleted.reduce(
    (sum, { from, to }) => sum + Math.max(0, to - Math.max(from - 1, read)),
    0,
  );
  return Math.max(0, chat.chatHead - read - deleted);
}

export function addDeleted(ranges: readonly NumberRange[], number: number): NumberRange[] {
  let { from, to } = { from: number, to: number };
  const others: NumberRange[] = [];
  for (const range of ranges) {
    if (range.from > to + 1 || range.to < from - 1) others.push(range);
    else [from, to] = [Math.min(from, range.from), Math.max(to, range.to)];
  }
  return [...others, { from, to }].toSorted((a, b) => b.to - a.to).slice(0, MAX_DELETED_RANGES);
}
