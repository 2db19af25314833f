import { MAX_INDENT } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

import { isSection } from './sections.ts';

/**
 * Tells each section what a stylesheet cannot know of the section before it, because `content-visibility` contains
 * counters and margins: the numbers at which its ordered lists go on, and which two kinds of block meet at its top.
 *
 *     <section class="section" style="--n0:12;--n1:3" data-after="list" data-first="list">
 *
 * Each section is read once for as long as it is unchanged; a letter costs one section and a sum over all of them.
 */
export type SectionAttributes = Readonly<Record<'data-first', string>> &
  Partial<Readonly<Record<'data-after' | 'style', string>>>;

interface SectionStyle {
  readonly attributes: readonly SectionAttributes[];
  readonly decorations: DecorationSet;
}

const styleKey = new PluginKey<SectionStyle>('section-style');

export function sectionStyle(): Plugin {
  return new Plugin<SectionStyle>({
    key: styleKey,
    state: {
      init: (_config, { doc }) => decorate(doc, sectionAttributes(doc)),
      apply(tr, before, _oldState, { doc }) {
        if (!tr.docChanged) return before;
        const attributes = sectionAttributes(doc);
        if (!sameAttributes(attributes, before.attributes)) return decorate(doc, attributes);
        const decorations = before.decorations.map(tr.mapping, doc);
        // A section that was replaced as a whole has lost its decoration.
        return decorations.find().length === attributes.length
          ? { attributes, decorations }
          : decorate(doc, attributes);
      },
    },
    props: { decorations: (state) => styleKey.getState(state)?.decorations },
  });
}

/** One entry for each section of the page; none for a page without sections. */
export function sectionAttributes(doc: Node): SectionAttributes[] {
  const all: SectionAttributes[] = [];
  const numbers = Array.from({ length: LEVELS }, () => 0);
  let after: string | undefined;
  for (const section of doc.children) {
    if (!isSection(section)) return [];
    const { first, last, counts, firstReset } = summaryOf(section);
    const style = numbers.flatMap((number, level) => (number > 0 ? `--n${level}:${number}` : []));
    all.push({
      'data-first': first,
      ...(after !== undefined && { 'data-after': after }),
      ...(style.length > 0 && { style: style.join(';') }),
    });
    for (let level = 0; level < LEVELS; level++)
      numbers[level] = (level < firstReset ? numbers[level]! : 0) + counts[level]!;
    after = last;
  }
  return all;
}

const LEVELS = MAX_INDENT + 1;

interface SectionSummary {
  readonly first: string;
  readonly last: string;
  /** By level: how many numbers the section counts, since it began or since the level was last reset. */
  readonly counts: readonly number[];
  /** The section resets the counters of this level and of deeper ones. */
  readonly firstReset: number;
}

const summaries = new WeakMap<Node, SectionSummary>();

function summaryOf(section: Node): SectionSummary {
  let summary = summaries.get(section);
  if (!summary) summaries.set(section, (summary = summarize(section)));
  return summary;
}

/** The same rules as in `lists.css`: a number counts on through deeper blocks, and starts again after any other. */
function summarize(section: Node): SectionSummary {
  const counts = Array.from({ length: LEVELS }, () => 0);
  let firstReset = LEVELS;
  for (const { attrs } of section.children) {
    // A page may hold any value; the stylesheet knows these levels.
    const level = Math.min(Math.max(Math.trunc(Number(attrs['indent'])) || 0, 0), MAX_INDENT);
    const isOrdered = attrs['list'] === 'ordered';
    if (isOrdered) counts[level]!++;
    const reset = isOrdered ? level + 1 : level;
    counts.fill(0, reset);
    firstReset = Math.min(firstReset, reset);
  }
  return {
    first: marginKind(section.firstChild),
    last: marginKind(section.lastChild),
    counts,
    firstReset,
  };
}

/** What the margins of a block depend on. */
function marginKind(block: Node | null): string {
  if (!block) return 'text';
  const { list, kind } = block.attrs as { list?: string | null; kind?: string | null };
  if (list) return 'list';
  return kind ?? (block.isTextblock && !block.type.spec.code ? 'text' : block.type.name);
}

function decorate(doc: Node, attributes: readonly SectionAttributes[]): SectionStyle {
  const decorations: Decoration[] = [];
  if (attributes.length > 0)
    doc.forEach((section, pos, index) => {
      decorations.push(Decoration.node(pos, pos + section.nodeSize, attributes[index]!));
    });
  return { attributes, decorations: DecorationSet.create(doc, decorations) };
}

function sameAttributes(a: readonly SectionAttributes[], b: readonly SectionAttributes[]): boolean {
  return (
    a.length === b.length &&
    a.every((attributes, index) => {
      const other = b[index]!;
      return (
        attributes.style === other.style &&
        attributes['data-after'] === other['data-after'] &&
        attributes['data-first'] === other['data-first']
      );
    })
  );
}
