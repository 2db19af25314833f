import {
  arrangeBlocks,
  arrangePage,
  type BlockGroup,
  type Segment,
  type ShownBlock,
  slotEmbed,
} from '@tandem/document/stream';
import * as Y from 'yjs';

import { newBlockId } from '../new-block-id.ts';
import { longestIncreasing } from './difference.ts';
import type { ShownPage } from './shown-page.ts';
import { StreamCursor } from './stream-cursor.ts';

/** Each pass puts one group in its place; passes beyond this many per block would be a fault. */
const MAX_PASSES_PER_BLOCK = 2;

/**
 * Puts the blocks of a page into the order that a command gave them (WR5). Blocks that are not in `wanted`, which
 * somebody else has just made, stay where they are. `moved` are those that the person moved, where a choice is left.
 */
export function orderBlocks(
  transaction: Y.Transaction,
  page: ShownPage,
  { wanted, moved }: { readonly wanted: readonly string[]; readonly moved: ReadonlySet<string> },
): void {
  page.noteChanges(transaction);
  if (isOrder(arrangeBlocks(page.readSegments()), wanted)) return;
  const places = new Map(wanted.map((id, index) => [id, index]));
  for (let pass = 0; pass <= wanted.length * MAX_PASSES_PER_BLOCK; pass++) {
    page.noteChanges(transaction);
    const segments = page.readSegments();
    const present = arrangeBlocks(segments).flatMap(({ id }, index) =>
      id !== null && places.has(id) ? [{ id, index, place: places.get(id)! }] : [],
    );
    if (present.every(({ place }, i) => i === 0 || place > present[i - 1]!.place)) return;
    const rest = present.filter(({ id }) => !moved.has(id));
    const stays = new Set(
      longestIncreasing(rest.map(({ place }) => place)).map((i) => rest[i]!.id),
    );
    const inOrder = present.toSorted((a, b) => a.place - b.place);
    const first = inOrder.findIndex(
      ({ id, index }, i) => !stays.has(id) && index !== (i > 0 ? inOrder[i - 1]!.index + 1 : 0),
    );
    if (first === -1) return;
    let end = first + 1;
    while (
      end < inOrder.length &&
      !stays.has(inOrder[end]!.id) &&
      inOrder[end]!.index === inOrder[end - 1]!.index + 1
    )
      end++;
    const before = first > 0 ? inOrder[first - 1]!.index : -1;
    new StoredOrder(transaction, page, segments).move(inOrder[first]!.index, end - first, before);
  }
}

function isOrder(blocks: readonly ShownBlock[], wanted: readonly string[]): boolean {
  let index = 0;
  for (const { id } of blocks) if (id !== null && id !== wanted[index++]) return false;
  return index === wanted.length;
}

/** The order of a page as it is stored, and the means to change it. */
class StoredOrder {
  readonly #blocks: readonly ShownBlock[];
  readonly #groups: readonly BlockGroup[];
  readonly #segments: readonly Segment[];
  readonly #indexes: ReadonlyMap<Segment, number>;
  readonly #transaction: Y.Transaction;
  readonly #page: ShownPage;

  constructor(transaction: Y.Transaction, page: ShownPage, segments: readonly Segment[]) {
    const arranged = arrangePage(segments);
    this.#transaction = transaction;
    this.#page = page;
    this.#segments = segments;
    this.#indexes = new Map(segments.map((segment, index) => [segment, index]));
    this.#blocks = arranged.blocks;
    this.#groups = arranged.groups;
  }

  /** Shows `count` blocks from `index` on behind the block at `before`; -1 is the beginning of the page. */
  move(index: number, count: number, before: number): void {
    this.#detach(index + count, index);
    const next = before + 1;
    const target = next >= index && next < index + count ? index + count : next;
    const behind = this.#placeBefore(target, before);
    let left = behind;
    for (let i = index; i < index + count; i++) {
      if (i > index && this.#groupStartingAt(i) === undefined) continue;
      const { id, segment } = this.#blocks[i]!;
      if (id === null || segment.marker === null) continue;
      const old = this.#page.slotOf(segment.marker);
      const slot = newBlockId();
      left = this.#insertSlot(slot, left);
      this.#page.setAttribute(id, 'at', slot);
      if (old !== null) old.item.delete(this.#transaction);
    }
  }

  /** The item behind which a slot stands before the block at `index`, and behind the one at `before`. */
  #placeBefore(index: number, before: number): Y.Item | null {
    if (index >= this.#blocks.length) return lastItemOf(this.#page.roots.text);
    const group = this.#groupStartingAt(index);
    if (group === undefined) return this.#detach(index, before);
    return itemOf(group, this.#segments)?.left ?? null;
  }

  /**
   * Makes the block at `index` begin a group of its own, at the same place in the order. Returns the item behind which
   * a slot stands before it.
   */
  #detach(index: number, sibling: number): Y.Item | null {
    const block = this.#blocks[index];
    if (!block || this.#groupStartingAt(index) !== undefined) return null;
    const { id, segment } = block;
    if (id === null || segment.marker === null) return null;
    const position = this.#groups.findIndex(({ start, end }) => start <= sibling && sibling < end);
    const group = this.#groups[position];
    const next = this.#groups[position + 1];
    const home = this.#indexes.get(segment)!;
    const isBehindGroup = group !== undefined && group.slot === null && group.segment < home;
    if (isBehindGroup && (next === undefined || next.segment >= home)) {
      this.#page.setAttribute(id, 'free', true);
      return segment.marker.left;
    }
    const slot = newBlockId();
    const item = next ? itemOf(next, this.#segments) : null;
    const left = item ? item.left : lastItemOf(this.#page.roots.text);
    this.#insertSlot(slot, left);
    this.#page.setAttribute(id, 'at', slot);
    return left;
  }

  #groupStartingAt(index: number): BlockGroup | undefined {
    return this.#groups.find(({ start }) => start === index);
  }

  #insertSlot(id: string, left: Y.Item | null): Y.Item {
    const cursor = new StreamCursor(this.#transaction, this.#page.roots.text, left, {});
    return cursor.insertEmbed(slotEmbed({ id, kind: 'place' }));
  }
}

/** The item that a group stands at: its slot, or the marker of its first segment. */
function itemOf({ slot, segment }: BlockGroup, segments: readonly Segment[]): Y.Item | null {
  return slot?.item ?? segments[segment]?.marker ?? null;
}

function lastItemOf(text: Y.Text): Y.Item | null {
  let item = text._start;
  while (item?.right) item = item.right;
  return item;
}
