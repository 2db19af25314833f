/**
 * Thins the history of a document (HY12): changes of one writing session become one, as a document that collects
 * garbage sees them, so that what was typed and deleted within the session is gone.
 */
import type { HistoryRow } from '@tandem/protocol';
import * as Y from 'yjs';
import { rowsOf, toThinned, type HistoryChunk } from '../storage/history/history-chunk.ts';
import { sessionsOf } from '../storage/history/history-sessions.ts';

/**
 * @param state the document before the chunk.
 * @param pinned rows that stay moments: those of named versions.
 */
export function thinChunk(
  chunk: Pick<HistoryChunk, 'data'>,
  state: Uint8Array,
  pinned: readonly number[],
): Pick<HistoryChunk, 'data' | 'bytes'> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  const rows = groupsOf(rowsOf(chunk), pinned).map((group) => joinRows(doc, group));
  doc.destroy();
  return toThinned(rows);
}

function groupsOf(rows: readonly HistoryRow[], pinned: readonly number[]): HistoryRow[][] {
  const isEnd = new Set(pinned);
  for (const { to } of sessionsOf(rows)) isEnd.add(to);
  const groups: HistoryRow[][] = [[]];
  for (const row of rows) {
    groups.at(-1)!.push(row);
    if (isEnd.has(row.offset)) groups.push([]);
  }
  return groups.filter((group) => group.length > 0);
}

function joinRows(doc: Y.Doc, group: readonly HistoryRow[]): HistoryRow {
  const { offset, at } = group.at(-1)!;
  let update = EMPTY_UPDATE;
  // What the group changed, and no more: a difference to a state vector repeats all deletions of the document's life.
  const take = (emitted: Uint8Array) => (update = emitted);
  doc.once('update', take);
  doc.transact(() => {
    for (const row of group) Y.applyUpdate(doc, row.update);
  });
  doc.off('update', take);
  const users = new Set(group.map(({ user }) => user));
  const user = users.size === 1 ? group[0]!.user : '';
  return { offset, at, user, update };
}

const EMPTY_UPDATE = Y.encodeStateAsUpdate(new Y.Doc());
