import { readPage, validatePage } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import { Transform } from '@tiptap/pm/transform';

import { isFromDocument } from '../binding/binding.ts';
import type { Page } from '../headless-page.ts';
import { outline } from './page-outline.ts';

/** Invariants that hold on each page after each command and each delivered update. */

/** @throws unless the editor shows a valid document that equals a fresh reading of the page. */
export function checkPage(page: Page): void {
  page.view.state.doc.check();
  const shown = shownPage(page);
  const stored = JSON.stringify(normalise({ type: 'doc', content: blocksOf(page.doc) }));
  if (shown !== stored) throw new ViewUnequal(shown, stored);
}

/**
 * Calls `onUnequal` when the page does not show the result of a local command. Marks beside code
 * are ignored: code keeps them invisibly (PM6).
 */
export function watchCommands({ view }: Page, onUnequal: (error: Error) => void): void {
  view.onApplied = (tr, made) => {
    if (!tr.docChanged || isFromDocument(tr)) return;
    const hasMarks = !hasCode(tr.before) && !hasCode(made);
    const [wanted, shown] = [made, view.state.doc].map((doc) =>
      outline(hasMarks ? doc : new Transform(doc).removeMark(0, doc.content.size).doc),
    );
    if (shown !== wanted) onUnequal(new CommandUnequal(shown!, wanted!));
  };
}

export function shownPage({ view }: Page): string {
  return JSON.stringify(normalise(view.state.doc.toJSON() as JsonNode));
}

export function violations({ doc }: Page): string[] {
  return validatePage(doc).map(({ rule, found }) => `${rule}: ${found}`);
}

class ViewUnequal extends Error {
  constructor(shown: string, stored: string) {
    super(`The editor shows\n  ${shown}\nand the page holds\n  ${stored}`);
    this.name = 'ViewUnequal';
  }
}

class CommandUnequal extends Error {
  constructor(shown: string, made: string) {
    super(`The editor shows\n  ${shown}\nand the command made\n  ${made}`);
    this.name = 'CommandUnequal';
  }
}

interface JsonNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly JsonNode[];
  readonly text?: string;
  readonly marks?: readonly unknown[];
}

function blocksOf(doc: Page['doc']): readonly JsonNode[] {
  const blocks = readPage(doc);
  return blocks.length > 0 ? blocks : [{ type: 'textBlock' }];
}

/**
 * Treats absent and null alike, removes sections, which are local, and marks on line breaks, which
 * have no meaning.
 */
function normalise(node: JsonNode): JsonNode {
  const attrs = Object.entries(node.attrs ?? {})
    .filter(([, value]) => value != null)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = (node.content ?? [])
    .flatMap((child) => (child.type === 'section' ? (child.content ?? []) : [child]))
    .map(normalise);
  return {
    type: node.type,
    ...(attrs.length > 0 && { attrs: Object.fromEntries(attrs) }),
    ...(content.length > 0 && { content }),
    ...(node.text !== undefined && { text: node.text }),
    ...(node.type === 'text' && node.marks && { marks: node.marks.map(normaliseMark) }),
  };
}

function hasCode(doc: Node): boolean {
  let found = false;
  doc.descendants((node) => {
    found ||= node.type.spec.code === true;
    return !node.isTextblock;
  });
  return found;
}

function normaliseMark(mark: unknown): unknown {
  const { type, attrs } = mark as JsonNode;
  return { type, ...(attrs && Object.keys(attrs).length > 0 && { attrs }) };
}
