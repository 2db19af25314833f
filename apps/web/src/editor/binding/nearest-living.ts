/** Where the characters of anchors live now, in the stream of a page. */
import type { NearestLiving } from '@tandem/document/anchors';
import * as Y from 'yjs';

import type { RestoredCopies } from './restored-copies.ts';

export function nearestLivingIn(text: Y.Text, copies: RestoredCopies): NearestLiving {
  return (id, side, letter) => {
    const { store } = text.doc!;
    if (Y.getState(store, id.client) <= id.clock) return null;
    const copy = copies.livingCopyOf(Y.createID(id.client, id.clock), letter ?? undefined);
    const { client, clock } = copy;
    const isCopy = client !== id.client || clock !== id.clock;
    const struct = Y.getItem(store, Y.createID(client, clock)) as Y.AbstractStruct;
    if (!(struct instanceof Y.Item) || struct.parent !== text) return null;
    if (isText(struct)) return { client, clock, isCopy };
    let item: Y.Item | null = struct;
    for (let steps = 0; item !== null && steps < MAX_STEPS; steps++) {
      item = side === 'start' ? item.right : item.left;
      if (item !== null && isText(item)) {
        const last = side === 'start' ? 0 : item.length - 1;
        return { client: item.id.client, clock: item.id.clock + last, isCopy };
      }
    }
    return null;
  };
}

/** Deleted items that are passed in search of a living one. */
const MAX_STEPS = 10_000;

function isText(item: Y.Item): boolean {
  return !item.deleted && item.content instanceof Y.ContentString;
}
