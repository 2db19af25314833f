import type { ShownBlock } from '@tandem/document/stream';
import type { Node } from '@tiptap/pm/model';
import type * as Y from 'yjs';

import { equalEnds } from './list-difference.ts';

export interface ShownLeaf {
  readonly block: ShownBlock;
  node: Node;
  index: number;
}

type Marker = Y.Item | null;

export class ShownLeaves {
  #all: ShownLeaf[] = [];
  readonly #byMarker = new Map<Marker, ShownLeaf[]>();

  get all(): readonly ShownLeaf[] {
    return this.#all;
  }

  of(marker: Marker): readonly ShownLeaf[] {
    return this.#byMarker.get(marker) ?? [];
  }

  arrange(blocks: readonly ShownBlock[], nodeOf: (block: ShownBlock) => Node): void {
    const before = this.#all;
    const { head, tail } = equalEnds(before, blocks, (leaf, block) => leaf.block === block);
    const gone = before.slice(head, before.length - tail);
    const come = blocks
      .slice(head, blocks.length - tail)
      .map((block): ShownLeaf => ({ block, node: nodeOf(block), index: 0 }));
    for (const leaf of gone) this.#remove(leaf);
    this.#all = [...before.slice(0, head), ...come, ...before.slice(before.length - tail)];
    for (let index = head; index < this.#all.length; index++) this.#all[index]!.index = index;
    for (const leaf of come) this.#add(leaf);
  }

  replace({ index, block: before }: ShownLeaf, block: ShownBlock, node: Node): void {
    const leaf = { block, node, index };
    this.#all[index] = leaf;
    this.#byMarker.set(before.segment.marker, [leaf]);
  }

  #add(leaf: ShownLeaf): void {
    for (const marker of markersOf(leaf)) {
      const leaves = this.#byMarker.get(marker) ?? [];
      this.#byMarker.set(
        marker,
        [...leaves, leaf].sort((a, b) => a.index - b.index),
      );
    }
  }

  #remove(leaf: ShownLeaf): void {
    for (const marker of markersOf(leaf)) {
      const leaves = this.of(marker).filter((other) => other !== leaf);
      if (leaves.length > 0) this.#byMarker.set(marker, leaves);
      else this.#byMarker.delete(marker);
    }
  }
}

function markersOf({ block: { segment, content } }: ShownLeaf): Iterable<Marker> {
  if (content.every((part) => part.segment === segment)) return [segment.marker];
  return new Set([segment.marker, ...content.map((part) => part.segment.marker)]);
}
