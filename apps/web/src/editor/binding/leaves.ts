import type { Node } from '@tiptap/pm/model';

import { isSection } from '../sections.ts';

/**
 * The blocks of a ProseMirror document that hold text or stand for themselves, in order. Wrappers (quotes) are seen
 * through: in the stream they are attributes of the blocks in them. So are sections, which the stream does not know.
 */
export interface Leaf {
  readonly node: Node;
  /** Of the node's opening token. */
  readonly pos: number;
  /** The ids of the wrappers around the block, from the outermost. */
  readonly containers: readonly string[];
}

/** The leaves of `nodes`, which stand side by side from `pos` on. */
export function* leavesOf(
  nodes: readonly Node[],
  pos: number,
  containers: readonly string[] = [],
): Generator<Leaf> {
  for (const node of nodes) {
    if (isSection(node)) yield* leavesOf(node.children, pos + 1, containers);
    else if (isWrapper(node))
      yield* leavesOf(node.children, pos + 1, [...containers, idOf(node) ?? '']);
    else yield { node, pos, containers };
    pos += node.nodeSize;
  }
}

const counts = new WeakMap<Node, number>();

/** How many leaves a node holds; one, if it is a leaf itself. */
export function leafCount(node: Node): number {
  if (!isWrapper(node)) return 1;
  let count = counts.get(node);
  if (count === undefined) counts.set(node, (count = countOf(node.children)));
  return count;
}

export function countOf(nodes: readonly Node[]): number {
  let count = 0;
  for (const node of nodes) count += leafCount(node);
  return count;
}

export function sizeOf(nodes: readonly Node[]): number {
  let size = 0;
  for (const node of nodes) size += node.nodeSize;
  return size;
}

/** The leaf with the index; its position in `doc`. */
export function leafAt(doc: Node, index: number): { readonly node: Node; readonly pos: number } {
  let parent = doc;
  let pos = 0;
  let left = index;
  for (;;) {
    let child: Node | undefined;
    for (const node of parent.children) {
      const count = leafCount(node);
      if (left < count) {
        child = node;
        break;
      }
      left -= count;
      pos += node.nodeSize;
    }
    if (child === undefined) throw new RangeError(`No leaf ${index} in the document`);
    if (!isWrapper(child)) return { node: child, pos };
    parent = child;
    pos++;
  }
}

/** The index of the leaf that a position is in or before; the last one's at the end. */
export function leafIndexAt(doc: Node, position: number): number {
  let parent = doc;
  let start = 0;
  let index = 0;
  for (;;) {
    let inside: Node | undefined;
    for (const node of parent.children) {
      if (position < start + node.nodeSize) {
        inside = node;
        break;
      }
      start += node.nodeSize;
      index += leafCount(node);
    }
    if (inside === undefined) return Math.max(0, index - 1);
    if (!isWrapper(inside)) return index;
    parent = inside;
    start++;
  }
}

export function isWrapper(node: Node): boolean {
  return node.isBlock && !node.isTextblock && !node.isAtom;
}

export function idOf(node: Node): string | null {
  return (node.attrs['id'] as string | null | undefined) ?? null;
}

/** The text of a block, one UTF-16 unit for each position, as the stream holds it. */
export function streamTextOf(node: Node): string {
  return node.textBetween(0, node.content.size, undefined, '\n');
}
