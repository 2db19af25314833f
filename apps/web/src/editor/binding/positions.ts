import { markerOf } from '@tandem/document/stream';
import type { EditorState } from '@tiptap/pm/state';
import * as Y from 'yjs';

import { leafAt, leafIndexAt } from './leaves.ts';
import type { RestoredCopies } from './restored-copies.ts';
import type { ShownPage } from './shown-page.ts';
import { charactersOf, isLivingMarker, lengthOf } from './stream-items.ts';

/** A position that survives edits (PS1): an element of the stream, and a side of it. */
export type SharedPosition = Y.RelativePosition;

export interface SharedSelection {
  readonly anchor: SharedPosition;
  readonly head: SharedPosition;
}

/** The root named by a position at the start of a page, where no element precedes it. */
export const ROOT = 'text';
export const BEHIND = -1;
const BEFORE = 0;

export class Positions {
  readonly #page: ShownPage;
  readonly #copies: RestoredCopies;

  constructor(page: ShownPage, copies: RestoredCopies) {
    this.#page = page;
    this.#copies = copies;
  }

  share({ anchor, head, empty }: EditorState['selection']): SharedSelection {
    if (empty) {
      const position = this.#share(anchor, BEHIND);
      return { anchor: position, head: position };
    }
    // A selection start is attached to the first selected letter, not to the one before.
    return {
      anchor: this.#share(anchor, anchor < head ? BEFORE : BEHIND),
      head: this.#share(head, head < anchor ? BEFORE : BEHIND),
    };
  }

  resolve(position: SharedPosition): number | null {
    const isBefore = position.assoc >= 0;
    if (position.item === null) {
      if (position.tname !== ROOT) return null;
      return isBefore ? this.#page.doc.content.size : this.#startOf(0);
    }
    const { doc } = this.#page.roots.text;
    if (Y.getState(doc!.store, position.item.client) <= position.item.clock) return null;
    const id = this.#copies.livingCopyOf(position.item);
    const item = Y.getItem(doc!.store, id) as Y.AbstractStruct;
    if (!(item instanceof Y.Item) || item.parent !== this.#page.roots.text) return null;
    const behind = this.#behind(item, id.clock - item.id.clock);
    const isCharacter = !item.deleted && item.content instanceof Y.ContentString;
    return behind !== null && isBefore && isCharacter ? behind - 1 : behind;
  }

  #share(position: number, side: number): SharedPosition {
    const { doc, leaves } = this.#page;
    const index = leafIndexAt(doc, position);
    const { block } = leaves[index]!;
    const offset = position - leafAt(doc, index).pos - 1;
    const [run] = charactersOf(block, side === BEFORE ? offset : offset - 1, 1);
    if (run && offset <= lengthOf(block))
      return sharedPosition(Y.createID(run.client, run.clock), side);
    const { marker } = block.segment;
    return sharedPosition(marker && marker.id, BEHIND);
  }

  /** The position after an element, or after the nearest living one before it (PS2). */
  #behind(item: Y.Item, offset: number): number | null {
    let at: Y.Item | null = item;
    for (let last = offset; at !== null; at = at.left, last = (at?.length ?? 0) - 1) {
      if (at.deleted) continue;
      if (markerOf(at) !== null) break;
      if (at.content instanceof Y.ContentString)
        return this.#behindCharacter(at, at.id.clock + last);
    }
    return this.#startOfSegment(at);
  }

  #behindCharacter(item: Y.Item, clock: number): number | null {
    let marker: Y.Item | null = item;
    while (marker !== null && !isLivingMarker(marker)) marker = marker.left;
    for (const { block, index } of this.#page.leavesOf(marker)) {
      let offset = 0;
      for (const part of block.content) {
        const within = clock - part.clock;
        if (part.client === item.id.client && within >= 0 && within < part.text.length)
          return leafAt(this.#page.doc, index).pos + 1 + offset + within + 1;
        offset += part.text.length;
      }
    }
    return null;
  }

  #startOfSegment(marker: Y.Item | null): number | null {
    const [leaf] = this.#page.leavesOf(marker);
    if (leaf === undefined) return null;
    let offset = 0;
    for (const { segment, text } of leaf.block.content) {
      if (segment.marker === marker) return this.#startOf(leaf.index) + offset;
      offset += text.length;
    }
    return this.#startOf(leaf.index);
  }

  #startOf(index: number): number {
    const { node, pos } = leafAt(this.#page.doc, index);
    return node.isTextblock ? pos + 1 : pos;
  }
}

export function sharedPosition(item: Y.ID | null, assoc: number): SharedPosition {
  return new Y.RelativePosition(null, item === null ? ROOT : null, item, assoc);
}
