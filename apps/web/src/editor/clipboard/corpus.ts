import { ListCounter } from '@tandem/document';
import type { Mark, Node } from '@tiptap/pm/model';
import { EditorState, type Plugin, TextSelection } from '@tiptap/pm/state';
import { EditorView } from '@tiptap/pm/view';
import * as Y from 'yjs';

import { openPage, schema, sharedPage, text } from '../headless-page.ts';
import { clipboard, type ClipboardProblem } from './clipboard.ts';

/**
 * Test fixtures: real clipboards from the files in `corpus/`. A file has parts, each below a line
 * with its name: `=== text/plain`, `=== text/html`, data of code editors, and the expected result:
 *
 *     === into        the target block, `|` is the caret; default: an empty paragraph
 *     === document    the page, one line per visible line
 *     === copied      the same page as text for a mail or a terminal
 *     === problem     the reported problem when nothing is pasted
 */
// The old property name that ProseMirror reads.
Object.defineProperty(CSSStyleSheet.prototype, 'rules', {
  configurable: true,
  get(this: CSSStyleSheet) {
    return this.cssRules;
  },
});

export type Clipboard = ReadonlyMap<string, string>;

export function parseClipboard(file: string): Clipboard {
  const parts = file.split(/^=== (.+)\n/m).slice(1);
  const entries: [string, string][] = [];
  for (let at = 0; at < parts.length; at += 2)
    entries.push([parts[at]!.trim(), parts[at + 1]!.replace(/\n$/, '')]);
  return new Map(entries);
}

export interface Pasted {
  readonly view: EditorView;
  readonly problem: ClipboardProblem | null;
}

export function pasteClipboard(data: Clipboard): Pasted {
  let problem: ClipboardProblem | null = null;
  const view = openView(data.get('into') ?? '|', (found) => (problem = found));
  paste(view, data);
  return { view, problem };
}

export function paste(view: EditorView, data: Clipboard): void {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.defineProperty(event, 'clipboardData', { value: transferOf(data) });
  view.dom.dispatchEvent(event);
}

export function copyAll(view: EditorView): Clipboard {
  const { doc } = view.state;
  view.dispatch(
    view.state.tr.setSelection(
      TextSelection.between(doc.resolve(0), doc.resolve(doc.content.size)),
    ),
  );
  const { dom, text: words } = view.serializeForClipboard(view.state.selection.content());
  return new Map([
    ['text/html', dom.innerHTML],
    ['text/plain', words],
  ]);
}

function transferOf(data: Clipboard): Pick<DataTransfer, 'getData' | 'types' | 'files'> {
  const files = data.get('files')?.split('\n') ?? [];
  return {
    getData: (type) => data.get(type) ?? '',
    types: [...data.keys(), ...(files.length > 0 ? ['Files'] : [])],
    files: files as unknown as FileList,
  };
}

function openView(into: string, onProblem: (problem: ClipboardProblem) => void): EditorView {
  const [line = ''] = into.split('\n');
  const code = line.startsWith('``` ');
  const words = line.replace(/^(?:- |``` |# )/, '');
  const attrs = line.startsWith('- ')
    ? { list: 'bullet' as const }
    : line.startsWith('# ')
      ? { kind: 'heading1' as const }
      : {};
  const content = text(words.replace('|', ''), attrs);
  const block = code ? { type: 'codeBlock' as const, content: content.content as [] } : content;
  const [shared] = sharedPage([block], 1).pages;
  const page = openPage(Y.encodeStateAsUpdate(shared!.doc), 9);
  const plugins: Plugin[] = [...page.view.state.plugins, clipboard(schema, onProblem)];
  page.view.destroy();
  const holder = document.createElement('div');
  document.body.append(holder);
  const view = new EditorView(holder, { state: EditorState.create({ schema, plugins }) });
  const caret = TextSelection.create(view.state.doc, 1 + words.indexOf('|'));
  view.dispatch(view.state.tr.setSelection(caret));
  return view;
}

/** A page as lines: list and quote signs, fences around code, `↵` for a break, `⇥` for a tab. */
export function linesOf(parent: Node, prefix = ''): string[] {
  const numbers = new ListCounter();
  return parent.children.flatMap((block) => {
    const number = numbers.next({ type: block.type.name, attrs: block.attrs });
    const { kind, list, indent, checked, language } = block.attrs as Record<string, string | null>;
    if (block.type.name === 'quote') return linesOf(block, `${prefix}> `);
    if (block.type.name === 'divider') return [`${prefix}---`];
    if (block.type.spec.code)
      return [
        '```' + (language ?? ''),
        ...block.textContent.replaceAll('\t', '⇥').split('\n'),
        '```',
      ].map((line) => prefix + line);
    const item =
      { bullet: '- ', ordered: `${number}. `, task: checked ? '[x] ' : '[ ] ' }[list ?? ''] ?? '';
    const heading = kind ? `${'#'.repeat(Number(kind.at(-1)))} ` : '';
    return [
      `${prefix}${'  '.repeat(Number(indent ?? 0))}${item}${heading}${wordsOf(block) || '∅'}`,
    ];
  });
}

const SIGNS: Readonly<Record<string, string>> = {
  bold: '**',
  italic: '_',
  strike: '~~',
  code: '`',
};

function wordsOf(block: Node): string {
  return block.children
    .map((node) =>
      node.isText
        ? node.marks.reduceRight(mark, node.text!.replaceAll('\t', '⇥').replaceAll('\u00a0', '⍽'))
        : '↵',
    )
    .join('');
}

function mark(words: string, { type, attrs }: Mark): string {
  const sign = SIGNS[type.name];
  return sign ? `${sign}${words}${sign}` : `[${words}](${String(attrs['href'])})`;
}
