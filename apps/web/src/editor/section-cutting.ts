import { Fragment, type Node, Slice } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import { ReplaceAroundStep } from '@tiptap/pm/transform';

import { idOf } from './binding/leaves.ts';
import { LONG_DOCUMENT_BLOCKS, SECTION_BLOCKS } from './limits.ts';
import { isSection, isSectioned } from './sections.ts';

interface Group {
  key: number | null;
  readonly blocks: Node[];
}

/**
 * The top nodes of a page: plain blocks, or sections if the page is long. Blocks stay in their
 * section from `before`; unchanged sections of `current` are reused.
 */
export function cutSections(
  blocks: readonly Node[],
  { before, current }: { readonly before: Node; readonly current: Node },
): readonly Node[] {
  const { section } = current.type.schema.nodes;
  const least = isSectioned(before) ? LONG_DOCUMENT_BLOCKS / 2 : LONG_DOCUMENT_BLOCKS;
  if (!section || blocks.length <= least) return blocks;
  const known = new Map(
    [...before.children, ...current.children].filter(isSection).map((node) => [keyOf(node), node]),
  );
  let lastKey = Math.max(0, ...known.keys());
  const taken = new Set<number>();
  return mergeGroups(groupBlocks(blocks, before))
    .flatMap(splitGroup)
    .map(({ key, blocks: held }) => {
      const own = key === null || taken.has(key) ? ++lastKey : key;
      taken.add(own);
      const same = known.get(own);
      return same && holds(same, held) ? same : section.create({ key: own }, held);
    });
}

/**
 * Adds steps that give the document the edges of `cut`, which has the same blocks. Only edges are
 * inserted and removed, never blocks, so that mapped positions stay in their blocks.
 */
export function moveEdges(tr: Transaction, cut: readonly Node[]): void {
  const target = cut.some(isSection) ? cut : [];
  if (target.length > 0 && !isSectioned(tr.doc)) wrapInSection(tr);
  if (!isSectioned(tr.doc)) return;
  const wanted = new Set(edgesOf(target));
  joinAt(
    tr,
    edgesOf(tr.doc.children).filter((edge) => !wanted.has(edge)),
  );
  const present = new Set(edgesOf(tr.doc.children));
  const missing = edgesOf(target).filter((edge) => !present.has(edge));
  for (const edge of fromTheMiddle(missing)) tr.split(positionOf(tr.doc, edge));
  if (target.length === 0) {
    unwrapSection(tr);
    return;
  }
  let pos = 0;
  for (const [index, section] of target.entries()) {
    const { attrs, nodeSize } = tr.doc.child(index);
    const key = section.attrs['key'] as unknown;
    if (attrs['key'] !== key) tr.setNodeAttribute(pos, 'key', key);
    pos += nodeSize;
  }
}

export function joinAt(tr: Transaction, edges: readonly number[]): void {
  for (const edge of fromTheMiddle(edges).reverse()) tr.join(positionOf(tr.doc, edge));
}

/**
 * Orders edges middle first, then the middle of each half. A split copies the blocks around it;
 * splitting from one end would copy all remaining blocks each time.
 */
function fromTheMiddle(edges: readonly number[]): number[] {
  if (edges.length < 2) return [...edges];
  const middle = edges.length >> 1;
  return [
    edges[middle]!,
    ...fromTheMiddle(edges.slice(middle + 1)),
    ...fromTheMiddle(edges.slice(0, middle)),
  ];
}

function wrapInSection(tr: Transaction): void {
  const { doc } = tr;
  const wrapper = new Slice(Fragment.from(doc.type.schema.nodes['section']!.create()), 0, 0);
  const { size } = doc.content;
  tr.step(new ReplaceAroundStep(0, size, 0, size, wrapper, 1, true));
}

function unwrapSection(tr: Transaction): void {
  const { size } = tr.doc.content;
  tr.step(new ReplaceAroundStep(0, size, 1, size - 1, Slice.empty, 0, true));
}

function edgesOf(sections: readonly Node[]): number[] {
  let count = 0;
  return sections.slice(0, -1).map(({ childCount }) => (count += childCount));
}

function positionOf(doc: Node, count: number): number {
  let left = count;
  let pos = 0;
  for (const section of doc.children) {
    if (left < section.childCount) {
      for (const block of section.children.slice(0, left)) pos += block.nodeSize;
      return left === 0 ? pos : pos + 1;
    }
    left -= section.childCount;
    pos += section.nodeSize;
  }
  return pos;
}

function groupBlocks(blocks: readonly Node[], before: Node): Group[] {
  const runs = findWholeSections(blocks, before);
  const whole = new Set(runs.map(({ section }) => section));
  const keys = sectionKeys(before.children.filter((section) => !whole.has(section)));
  const groups: Group[] = [];
  const add = (part: readonly Node[], key: number | null): void => {
    const last = groups.at(-1);
    if (last && (key === null || last.key === null || key === last.key)) {
      for (const block of part) last.blocks.push(block);
      last.key ??= key;
    } else {
      groups.push({ key, blocks: [...part] });
    }
  };
  let at = 0;
  for (const { start, section } of [...runs, { start: blocks.length, section: null }]) {
    for (const block of blocks.slice(at, start)) add([block], keys.get(idOf(block) ?? '') ?? null);
    if (section) add(section.children, keyOf(section));
    at = start + (section?.childCount ?? 0);
  }
  return groups;
}

interface WholeSection {
  readonly start: number;
  readonly section: Node;
}

function findWholeSections(blocks: readonly Node[], before: Node): WholeSection[] {
  const byFirst = new Map(before.children.filter(isSection).map((node) => [node.firstChild, node]));
  const whole: WholeSection[] = [];
  for (let start = 0; start < blocks.length;) {
    const section = byFirst.get(blocks[start]!);
    const isWhole = section?.children.every((child, index) => child === blocks[start + index]);
    if (section && isWhole) whole.push({ start, section });
    start += section && isWhole ? section.childCount : 1;
  }
  return whole;
}

function sectionKeys(sections: readonly Node[]): ReadonlyMap<string, number> {
  const keys = new Map<string, number>();
  for (const section of sections.filter(isSection)) {
    for (const block of section.children) {
      const id = idOf(block);
      if (id !== null) keys.set(id, keyOf(section));
    }
  }
  return keys;
}

function mergeGroups(groups: readonly Group[]): Group[] {
  const merged: Group[] = [];
  for (const group of groups) {
    const last = merged.at(-1);
    const isSmall =
      last && Math.min(last.blocks.length, group.blocks.length) < SECTION_BLOCKS.least;
    const fits = last && last.blocks.length + group.blocks.length <= SECTION_BLOCKS.most;
    if (last && fits && (isSmall || last.key === group.key)) {
      // The larger part keeps its DOM elements.
      if (group.blocks.length > last.blocks.length) last.key = group.key;
      for (const block of group.blocks) last.blocks.push(block);
    } else {
      merged.push({ key: group.key, blocks: [...group.blocks] });
    }
  }
  return merged;
}

function splitGroup({ key, blocks }: Group): Group[] {
  if (blocks.length <= SECTION_BLOCKS.most) return [{ key, blocks }];
  const count = Math.ceil(blocks.length / SECTION_BLOCKS.usual);
  const size = Math.ceil(blocks.length / count);
  return Array.from({ length: count }, (_, index) => ({
    key: index === 0 ? key : null,
    blocks: blocks.slice(index * size, (index + 1) * size),
  })).filter((part) => part.blocks.length > 0);
}

function keyOf(section: Node): number {
  return Number(section.attrs['key']);
}

function holds(section: Node, blocks: readonly Node[]): boolean {
  return (
    section.childCount === blocks.length &&
    section.children.every((child, index) => child === blocks[index])
  );
}
