import {
  listLabel,
  listLevel,
  type ListNumbers,
  listNumbersAfter,
  NO_LIST_NUMBERS,
} from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

import { isWrapper } from './binding/leaves.ts';
import { isSectioned } from './sections.ts';

/**
 * Sets the number of each ordered item as `--number` in its style. CSS counters would need no
 * script, but each added or removed block makes the browser recount the page: 25 ms at 10,000
 * blocks.
 *
 * Blocks are numbered in groups: the sections of a long page, or a short page as a whole. A group
 * is recounted when it or the numbers before it have changed.
 */
export function listNumbers(): Plugin {
  return new Plugin<NumberedPage>({
    key: numbersKey,
    state: {
      init: (_config, { doc }) => numberPage(doc, null, DecorationSet.empty),
      apply: (tr, before, _oldState, { doc }) =>
        tr.docChanged ? numberPage(doc, before, before.decorations.map(tr.mapping, doc)) : before,
    },
    props: { decorations: (state) => numbersKey.getState(state)?.decorations },
  });
}

interface NumberedPage {
  readonly groups: ReadonlyMap<Node, NumberedGroup>;
  readonly decorations: DecorationSet;
}

interface NumberedGroup {
  readonly start: ListNumbers;
  readonly end: ListNumbers;
  readonly items: readonly NumberedItem[];
}

interface NumberedItem {
  readonly offset: number;
  readonly size: number;
  readonly label: string;
}

const numbersKey = new PluginKey<NumberedPage>('list-numbers');

function numberPage(doc: Node, before: NumberedPage | null, mapped: DecorationSet): NumberedPage {
  const groups = new Map<Node, NumberedGroup>();
  const lost: Decoration[] = [];
  const found: Decoration[] = [];
  let numbers = NO_LIST_NUMBERS;
  for (const [node, pos] of groupsOf(doc)) {
    const known = before?.groups.get(node);
    const group = known && isSame(known.start, numbers) ? known : numberGroup(node, numbers);
    groups.set(node, group);
    numbers = group.end;
    if (group === known) continue;
    const wanted = group.items.map(({ offset, size, label }) =>
      Decoration.node(
        pos + offset,
        pos + offset + size,
        { style: `--number:'${label}'` },
        { label },
      ),
    );
    const present = mapped.find(pos, pos + node.content.size);
    if (isShown(wanted, present)) continue;
    lost.push(...present);
    found.push(...wanted);
  }
  const decorations = lost.length > 0 ? mapped.remove(lost) : mapped;
  return { groups, decorations: found.length > 0 ? decorations.add(doc, found) : decorations };
}

function* groupsOf(doc: Node): Generator<readonly [group: Node, pos: number]> {
  if (!isSectioned(doc)) {
    yield [doc, 0];
    return;
  }
  let pos = 0;
  for (const section of doc.children) {
    yield [section, pos + 1];
    pos += section.nodeSize;
  }
}

function numberGroup(group: Node, start: ListNumbers): NumberedGroup {
  const items: NumberedItem[] = [];
  const number = (parent: Node, offset: number, before: ListNumbers): ListNumbers => {
    let numbers = before;
    for (const node of parent.children) {
      const block = { type: node.type.name, attrs: node.attrs };
      numbers = listNumbersAfter(numbers, block);
      const level = listLevel(block);
      if (node.attrs['list'] === 'ordered')
        items.push({ offset, size: node.nodeSize, label: listLabel(numbers[level]!, level) });
      // Quotes have their own numbering.
      if (isWrapper(node)) number(node, offset + 1, NO_LIST_NUMBERS);
      offset += node.nodeSize;
    }
    return numbers;
  };
  return { start, end: number(group, 0, start), items };
}

function isSame(a: ListNumbers, b: ListNumbers): boolean {
  return a === b || a.every((number, level) => number === b[level]);
}

function isShown(wanted: readonly Decoration[], present: readonly Decoration[]): boolean {
  const inOrder = present.toSorted((a, b) => a.from - b.from);
  return (
    wanted.length === present.length &&
    wanted.every(({ from, to, spec }, index) => {
      const shown = inOrder[index]!;
      return shown.from === from && shown.to === to && labelOf(shown.spec) === labelOf(spec);
    })
  );
}

function labelOf(spec: unknown): string {
  return (spec as { readonly label: string }).label;
}
