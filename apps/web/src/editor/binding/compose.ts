import { Fragment, type Node, type Schema } from '@tiptap/pm/model';

import { cutSections } from '../section-cutting.ts';
import { isSection } from '../sections.ts';
import { idOf, isWrapper } from './leaves.ts';

interface ComposedLeaf {
  readonly node: Node;
}

interface Composing {
  readonly schema: Schema;
  readonly known: readonly Node[];
  readonly shown: Node;
}

export function composeDocument(
  leaves: readonly ComposedLeaf[],
  containersOf: (leaf: ComposedLeaf) => readonly string[],
  { schema, known, shown }: Composing,
): Node {
  let wrappers: Map<string, Node[]> | undefined;
  const wrap = (part: readonly ComposedLeaf[], depth: number): Node[] => {
    const nodes: Node[] = [];
    for (let start = 0; start < part.length;) {
      const id = containersOf(part[start]!)[depth];
      let end = start + 1;
      if (id === undefined) {
        nodes.push(part[start]!.node);
      } else {
        while (end < part.length && containersOf(part[end]!)[depth] === id) end++;
        const children = wrap(part.slice(start, end), depth + 1);
        wrappers ??= wrappersById(known);
        nodes.push(
          wrappers.get(id)?.find((wrapper) => holds(wrapper, children)) ??
            schema.nodes['quote']!.create({ id }, children),
        );
      }
      start = end;
    }
    return nodes;
  };
  const blocks = cutSections(wrap(leaves, 0), { before: shown, current: shown });
  return schema.nodes['doc']!.create(null, Fragment.fromArray([...blocks]));
}

function wrappersById(nodes: readonly Node[]): Map<string, Node[]> {
  const wrappers = new Map<string, Node[]>();
  for (const node of nodes.flatMap(wrappersIn)) {
    const id = idOf(node) ?? '';
    const same = wrappers.get(id);
    if (same) same.push(node);
    else wrappers.set(id, [node]);
  }
  return wrappers;
}

const wrappersOf = new WeakMap<Node, readonly Node[]>();

function wrappersIn(node: Node): readonly Node[] {
  if (!isWrapper(node)) return NO_WRAPPERS;
  let wrappers = wrappersOf.get(node);
  if (!wrappers) {
    const inside = node.children.flatMap(wrappersIn);
    wrappersOf.set(node, (wrappers = isSection(node) ? inside : [node, ...inside]));
  }
  return wrappers;
}

const NO_WRAPPERS: readonly Node[] = [];

function holds(wrapper: Node, children: readonly Node[]): boolean {
  return (
    wrapper.childCount === children.length &&
    wrapper.children.every((child, index) => child === children[index])
  );
}
