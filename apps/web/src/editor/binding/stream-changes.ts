import { markerOf } from '@tandem/document/stream';
import * as Y from 'yjs';

export interface StreamChanges {
  /** The markers of the segments in which something has come or gone; null for the first segment. */
  readonly markers: ReadonlySet<Y.Item | null>;
  /** Whether markers or slots have come or gone. */
  readonly hasEmbeds: boolean;
}

/** What a transaction has changed in a stream. To be called in the transaction or after it. */
export function findChanges(transaction: Y.Transaction, text: Y.Text): StreamChanges {
  const { doc, beforeState, deleteSet } = transaction;
  const markers = new Set<Y.Item | null>();
  const visited = new Set<Y.Item>();
  let hasEmbeds = false;
  const touch = (struct: Y.AbstractStruct): void => {
    if (!(struct instanceof Y.Item) || struct.parent !== text) return;
    if (struct.content instanceof Y.ContentEmbed || struct.content instanceof Y.ContentDeleted) {
      hasEmbeds = true;
      // A marker that has gone ended a segment, and one that has come begins one.
      markers.add(struct);
    }
    let item = struct.left;
    while (item !== null && !visited.has(item)) {
      visited.add(item);
      if (!item.deleted && markerOf(item) !== null) break;
      item = item.left;
    }
    if (item === null || markerOf(item) !== null) markers.add(item);
  };
  for (const [client, structs] of doc.store.clients) {
    const before = beforeState.get(client) ?? 0;
    if (Y.getState(doc.store, client) === before) continue;
    for (let i = Y.findIndexSS(structs, before); i < structs.length; i++) touch(structs[i]!);
  }
  Y.iterateDeletedStructs(transaction, deleteSet, touch);
  return { markers, hasEmbeds };
}
