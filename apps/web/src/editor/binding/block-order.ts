import { type BlockGroup, type Segment, type ShownBlock, slotEmbed } from '@tandem/document/stream';
import * as Y from 'yjs';

import { newBlockId } from '../new-block-id.ts';
import { equalEnds, longestIncreasing } from './list-difference.ts';
import type { ShownPage, StoredPage } from './shown-page.ts';
import { StreamCursor } from './stream-cursor.ts';

/** Each pass moves one group; more passes per block indicate a bug. */
const MAX_PASSES_PER_BLOCK = 2;

/**
 * Moves the blocks of a page into a command's order (WR5). Blocks missing in `wanted`, which
 * another user has just created, stay in place. `moved` are the blocks that the user moved; these
 * move where there is a choice.
 */
export function orderBlocks(
  transaction: Y.Transaction,
  page: ShownPage,
  { wanted, moved }: { readonly wanted: readonly string[]; readonly moved: ReadonlySet<string> },
): void {
  for (let pass = 0; pass <= wanted.length * MAX_PASSES_PER_BLOCK; pass++) {
    const stored = page.readStored();
    const move = findMove(stored.blocks, wanted, moved);
    if (move === null) return;
    new StoredOrder(transaction, page, stored).move(move);
    page.noteChanges(transaction);
  }
}

interface Move {
  readonly first: number;
  readonly count: number;
  readonly behind: number;
}

function findMove(
  blocks: readonly ShownBlock[],
  wanted: readonly string[],
  moved: ReadonlySet<string>,
): Move | null {
  const { head, tail } = equalEnds(blocks, wanted, ({ id }, other) => id === other);
  const places = new Map<string, number>();
  for (let place = head; place < wanted.length - tail; place++) places.set(wanted[place]!, place);
  if (places.size === 0) return null;
  const present: { readonly id: string; readonly index: number; readonly place: number }[] = [];
  for (let index = head; index < blocks.length - tail; index++) {
    const { id } = blocks[index]!;
    const place = id === null ? undefined : places.get(id);
    if (place !== undefined) present.push({ id: id!, index, place });
  }
  const rest = present.filter(({ id }) => !moved.has(id));
  const stays = new Set(longestIncreasing(rest.map(({ place }) => place)).map((i) => rest[i]!.id));
  const inOrder = present.toSorted((a, b) => a.place - b.place);
  const isBehind = (i: number): boolean =>
    inOrder[i]!.index === (i > 0 ? inOrder[i - 1]!.index + 1 : head);
  if (inOrder.every(({ index }, i) => i === 0 || index > inOrder[i - 1]!.index)) return null;
  const first = inOrder.findIndex(({ id }, i) => !stays.has(id) && !isBehind(i));
  if (first === -1) return null;
  let end = first + 1;
  while (end < inOrder.length && !stays.has(inOrder[end]!.id) && isBehind(end)) end++;
  return {
    first: inOrder[first]!.index,
    count: end - first,
    behind: first > 0 ? inOrder[first - 1]!.index : head - 1,
  };
}

class StoredOrder {
  readonly #blocks: readonly ShownBlock[];
  readonly #groups: readonly BlockGroup[];
  readonly #segments: readonly Segment[];
  readonly #transaction: Y.Transaction;
  readonly #page: ShownPage;

  constructor(
    transaction: Y.Transaction,
    page: ShownPage,
    { segments, blocks, groups }: StoredPage,
  ) {
    this.#transaction = transaction;
    this.#page = page;
    this.#segments = segments;
    this.#blocks = blocks;
    this.#groups = groups;
  }

  move({ first, count, behind }: Move): void {
    this.#detach(first + count, first);
    const next = behind + 1;
    const target = next >= first && next < first + count ? first + count : next;
    let left = this.#placeBefore(target, behind);
    for (let i = first; i < first + count; i++) {
      if (i > first && this.#groupStartingAt(i) === undefined) continue;
      const { id, segment } = this.#blocks[i]!;
      if (id === null || segment.marker === null) continue;
      const old = this.#page.slotOf(segment.marker);
      const slot = newBlockId();
      left = this.#insertSlot(slot, left);
      this.#page.setAttribute(id, 'at', slot);
      if (old !== null) old.item.delete(this.#transaction);
    }
  }

  /** The item after which a slot precedes the block at `index` and follows the one at `before`. */
  #placeBefore(index: number, before: number): Y.Item | null {
    if (index >= this.#blocks.length) return lastItemOf(this.#page.roots.text);
    const group = this.#groupStartingAt(index);
    if (group === undefined) return this.#detach(index, before);
    return itemOf(group, this.#segments)?.left ?? null;
  }

  /**
   * Makes the block at `index` start its own group at the same place. Returns the item after which
   * a slot precedes the block.
   */
  #detach(index: number, sibling: number): Y.Item | null {
    const block = this.#blocks[index];
    if (!block || this.#groupStartingAt(index) !== undefined) return null;
    const { id, segment } = block;
    if (id === null || segment.marker === null) return null;
    const position = this.#groups.findIndex(({ start, end }) => start <= sibling && sibling < end);
    const group = this.#groups[position];
    const next = this.#groups[position + 1];
    const home = this.#segments.indexOf(segment);
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

function itemOf({ slot, segment }: BlockGroup, segments: readonly Segment[]): Y.Item | null {
  return slot?.item ?? segments[segment]?.marker ?? null;
}

function lastItemOf(text: Y.Text): Y.Item | null {
  let item = text._start;
  while (item?.right) item = item.right;
  return item;
}
