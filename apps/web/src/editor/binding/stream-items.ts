import { markerOf, type Segment, type ShownBlock } from '@tandem/document/stream';
import * as Y from 'yjs';

export interface Characters {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

export interface CharacterRun extends Characters {
  readonly offset: number;
  readonly formats: Readonly<Record<string, unknown>>;
  readonly segment: Segment;
}

export function lengthOf({ content }: ShownBlock): number {
  return content.reduce((length, { text }) => length + text.length, 0);
}

export function* charactersOf(
  { content }: ShownBlock,
  offset: number,
  length: number,
): Generator<CharacterRun> {
  let start = 0;
  for (const { client, clock, text, formats, segment } of content) {
    const from = Math.max(start, offset);
    const to = Math.min(start + text.length, offset + length);
    if (from < to)
      yield {
        client,
        clock: clock + from - start,
        length: to - from,
        offset: from,
        formats: formats.values,
        segment,
      };
    start += text.length;
    if (start >= offset + length) return;
  }
}

export function firstItem(transaction: Y.Transaction, { client, clock }: Characters): Y.Item {
  return Y.getItemCleanStart(transaction, Y.createID(client, clock));
}

export function lastItem(
  transaction: Y.Transaction,
  { client, clock, length }: Characters,
): Y.Item {
  const id = Y.createID(client, clock + length - 1);
  return Y.getItemCleanEnd(transaction, transaction.doc.store, id);
}

export function deleteCharacters(
  transaction: Y.Transaction,
  { client, clock, length }: Characters,
): void {
  for (let at = clock; at < clock + length;) {
    let item = Y.getItemCleanStart(transaction, Y.createID(client, at));
    if (at + item.length > clock + length) {
      Y.getItemCleanStart(transaction, Y.createID(client, clock + length));
      item = Y.getItemCleanStart(transaction, Y.createID(client, at));
    }
    if (!item.deleted) item.delete(transaction);
    at += item.length;
  }
}

export function endOfSegment(item: Y.Item): Y.Item {
  let last = item;
  for (let next = item.right; next !== null && !isLivingMarker(next); next = next.right)
    last = next;
  return last;
}

export function isLivingMarker(item: Y.Item): boolean {
  return !item.deleted && markerOf(item) !== null;
}

export function markerBefore(item: Y.Item): Y.Item | null {
  let at: Y.Item | null = item;
  while (at !== null && !isLivingMarker(at)) at = at.left;
  return at;
}

export function nextMarker(item: Y.Item): Y.Item | null {
  let at = item.right;
  while (at !== null && !isLivingMarker(at)) at = at.right;
  return at;
}

export function hasText(item: Y.Item | null): boolean {
  for (let at = item; at !== null && !isLivingMarker(at); at = at.right)
    if (!at.deleted && at.content instanceof Y.ContentString) return true;
  return false;
}

export function hasContent(item: Y.Item): boolean {
  for (let at: Y.Item | null = item; at !== null && !isLivingMarker(at); at = at.right)
    if (!at.deleted && at.countable) return true;
  return false;
}
