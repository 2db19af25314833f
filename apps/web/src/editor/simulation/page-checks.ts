import { readPage, validatePage } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import { Transform } from '@tiptap/pm/transform';

import { isFromDocument } from '../binding/binding.ts';
import type { Page } from '../headless-page.ts';
import { outline } from './page-outline.ts';

/** What holds at each person after each command and each delivered update, whatever the others do. */

/** Throws unless what the editor shows is a valid document and what a fresh reading of the page gives. */
export function checkPage(page: Page): void {
  page.view.state.doc.check();
  const shown = shownPage(page);
  const stored = JSON.stringify(normalise({ type: 'doc', content: blocksOf(page.doc) }));
  if (shown !== stored) throw new ViewUnequal(shown, stored);
}

/**
 * Calls `onUnequal` when the page does not show what a command of this person made. Beside code marks do not count: code
 * keeps them unseen (PM6).
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

/** What the editor shows, to be compared with another page's. */
export function shownPage({ view }: Page): string {
  return JSON.stringify(normalise(view.state.doc.toJSON() as JsonNode));
}

/** What the server would refuse of the page. */
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

/** A page without blocks is shown as one empty paragraph. */
function blocksOf(doc: Page['doc']): readonly JsonNode[] {
  const blocks = readPage(doc);
  return blocks.length > 0 ? blocks : [{ type: 'textBlock' }];
}

/** Absent and null are alike, sections are of the screen only, and marks on a line break mean nothing. */
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
