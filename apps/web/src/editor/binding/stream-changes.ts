import { markerOf } from '@tandem/document/stream';
import * as Y from 'yjs';

export interface StreamChanges {
  readonly markers: ReadonlySet<Y.Item | null>;
  readonly hasEmbeds: boolean;
}

/** Must run in the transaction or after it. */
export function findChanges(transaction: Y.Transaction, text: Y.Text): StreamChanges {
  const { doc, beforeState, deleteSet } = transaction;
  const markers = new Set<Y.Item | null>();
  const visited = new Set<Y.Item>();
  let hasEmbeds = false;
  const touch = (struct: Y.AbstractStruct): void => {
    if (!(struct instanceof Y.Item) || struct.parent !== text) return;
    if (struct.content instanceof Y.ContentEmbed || struct.content instanceof Y.ContentDeleted) {
      hasEmbeds = true;
      // A deleted marker ended a segment, and a new one begins one.
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
