import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { countBlocks, isSection } from './sections.ts';
import { LONG_DOCUMENT_BLOCKS } from './limits.ts';

/**
 * Marks each section with the kinds of the two blocks that meet at its top edge. CSS cannot see the
 * last block of the section before, and `content-visibility` contains margins.
 *
 *     <section class="section" data-after="list" data-first="list">
 */
export type SectionAttributes = Readonly<Record<'data-first', string>> &
  Partial<Readonly<Record<'data-after', string>>>;

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
        // A replaced section has lost its decoration.
        return decorations.find().length === attributes.length
          ? { attributes, decorations }
          : decorate(doc, attributes);
      },
    },
    props: { decorations: (state) => styleKey.getState(state)?.decorations },
  });
}

/** Marks the editor as long, so that CSS lets the browser skip off-screen blocks. */
export function longDocument(): Plugin {
  return new Plugin({
    props: {
      attributes: ({ doc }): Record<string, string> =>
        countBlocks(doc) > LONG_DOCUMENT_BLOCKS ? { class: 'long' } : {},
    },
  });
}

export function sectionAttributes(doc: Node): SectionAttributes[] {
  const all: SectionAttributes[] = [];
  let after: string | undefined;
  for (const section of doc.children) {
    if (!isSection(section)) return [];
    const first = marginKind(section.firstChild);
    all.push({ 'data-first': first, ...(after !== undefined && { 'data-after': after }) });
    after = marginKind(section.lastChild);
  }
  return all;
}

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
        attributes['data-after'] === other['data-after'] &&
        attributes['data-first'] === other['data-first']
      );
    })
  );
}
