import type { Node } from '@tiptap/pm/model';

import { isSection } from '../sections.ts';

/**
 * Blocks of a ProseMirror document with text, or without content, in order. Wrappers (quotes) are
 * transparent, because the stream stores them as block attributes; so are sections, which the
 * stream does not store.
 */
export interface Leaf {
  readonly node: Node;
  readonly pos: number;
  readonly containers: readonly string[];
}

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

/** The index of the leaf at or after a position; the last index at the end. */
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

/** A block's text as in the stream, one UTF-16 unit per position. */
export function streamTextOf(node: Node): string {
  return node.textBetween(0, node.content.size, undefined, '\n');
}
