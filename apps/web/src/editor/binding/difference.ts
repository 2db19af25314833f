import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import { AttrStep, ReplaceStep } from '@tiptap/pm/transform';
import { idOf, leafAt } from './leaves.ts';
import { equalEnds, longestIncreasing } from './list-difference.ts';

/**
 * Adds the steps that turn the transaction's document into `target`. Blocks are matched by id;
 * identical node objects are never touched, so that the screen keeps their elements.
 */
export function showDifference(tr: Transaction, target: Node): void {
  showChildren(tr, { before: tr.doc, start: 0 }, target);
}

export function showLeaf(tr: Transaction, index: number, target: Node): void {
  showNode(tr, leafAt(tr.doc, index), target);
}

interface Parent {
  readonly before: Node;
  readonly start: number;
}

type Kept = readonly [before: number, target: number];

function showChildren(tr: Transaction, { before, start }: Parent, target: Node): void {
  const from = before.children;
  const to = target.children;
  const kept = keptChildren(from, to);
  const positions = positionsOf(from, start);
  let [end, targetEnd]: Kept = [from.length, to.length];
  // Back to front, so that earlier positions stay valid.
  for (const [index, targetIndex] of [...kept.toReversed(), [-1, -1] as Kept]) {
    if (end > index + 1 || targetEnd > targetIndex + 1)
      replace(tr, positions[index + 1]!, positions[end]!, to.slice(targetIndex + 1, targetEnd));
    if (index >= 0) showNode(tr, { node: from[index]!, pos: positions[index]! }, to[targetIndex]!);
    end = index;
    targetEnd = targetIndex;
  }
}

function showNode(tr: Transaction, { node, pos }: { node: Node; pos: number }, target: Node): void {
  if (node === target) return;
  for (const name of Object.keys(target.attrs)) {
    const value = target.attrs[name] as unknown;
    if (node.attrs[name] !== value) tr.step(new AttrStep(pos, name, value));
  }
  if (node.isTextblock) showText(tr, { node, pos }, target);
  else if (!node.isAtom) showChildren(tr, { before: node, start: pos + 1 }, target);
}

function showText(tr: Transaction, { node, pos }: { node: Node; pos: number }, target: Node): void {
  const start = node.content.findDiffStart(target.content);
  if (start === null) return;
  let { a, b } = node.content.findDiffEnd(target.content)!;
  const overlap = start - Math.min(a, b);
  if (overlap > 0) {
    a += overlap;
    b += overlap;
  }
  const at = pos + 1;
  tr.step(new ReplaceStep(at + start, at + a, target.slice(start, b)));
}

function replace(tr: Transaction, from: number, to: number, nodes: readonly Node[]): void {
  tr.step(new ReplaceStep(from, to, new Slice(Fragment.fromArray([...nodes]), 0, 0)));
}

function keptChildren(from: readonly Node[], to: readonly Node[]): Kept[] {
  const { head, tail } = equalEnds(from, to);
  const indexes = new Map<string, number>();
  for (let i = head; i < from.length - tail; i++) indexes.set(keyOf(from[i]!), i);
  const pairs: Kept[] = [];
  for (let i = head; i < to.length - tail; i++) {
    const index = indexes.get(keyOf(to[i]!));
    if (index === undefined) continue;
    indexes.delete(keyOf(to[i]!));
    pairs.push([index, i]);
  }
  const middle = longestIncreasing(pairs.map(([index]) => index)).map((i) => pairs[i]!);
  return [
    ...Array.from({ length: head }, (_, i): Kept => [i, i]),
    ...middle,
    ...Array.from({ length: tail }, (_, i): Kept => [from.length - tail + i, to.length - tail + i]),
  ];
}

function keyOf(node: Node): string {
  return `${node.type.name} ${idOf(node) ?? String(node.attrs['key'] ?? '')}`;
}

function positionsOf(nodes: readonly Node[], start: number): number[] {
  const positions = [start];
  for (const node of nodes) positions.push((start += node.nodeSize));
  return positions;
}
