import { type Block, type TextBlock, writePage } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import {
  type Command,
  EditorState,
  type Plugin,
  type PluginView,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import * as Y from 'yjs';

import { binding } from './binding/binding.ts';
import { blockIds } from './block-ids.ts';
import { keepSections } from './keep-sections.ts';
import { editorSchema } from './sections.ts';

/**
 * Test helper: the editor state with its real binding to a shared page, on a view without a DOM.
 */

export const schema = editorSchema;

export class HeadlessView {
  state: EditorState;
  readonly editable = true;
  readonly composing = false;
  readonly isDestroyed = false;
  onApplied: ((tr: Transaction, made: Node) => void) | null = null;
  readonly #pluginViews: PluginView[] = [];

  constructor(state: EditorState) {
    this.state = state;
    for (const plugin of state.plugins) {
      const view = plugin.spec.view?.(this.asView);
      if (view) this.#pluginViews.push(view);
    }
  }

  get asView(): EditorView {
    return this as unknown as EditorView;
  }

  readonly dispatch = (tr: Transaction): void => {
    const { state } = this.state.applyTransaction(tr);
    this.updateState(state);
    this.onApplied?.(tr, state.doc);
  };

  readonly updateState = (state: EditorState): void => {
    const before = this.state;
    this.state = state;
    for (const view of this.#pluginViews) view.update?.(this.asView, before);
  };

  hasFocus(): boolean {
    return false;
  }

  run(command: Command): boolean {
    return command(this.state, this.dispatch, this.asView);
  }

  select(text: string, offset = 0, length = 0): void {
    let start = -1;
    this.state.doc.descendants((node, pos) => {
      const at = node.isTextblock ? node.textContent.indexOf(text) : -1;
      if (start < 0 && at >= 0) start = pos + 1 + at;
    });
    if (start < 0) throw new Error(`No block contains "${text}"`);
    const from = start + offset;
    this.dispatch(
      this.state.tr.setSelection(TextSelection.create(this.state.doc, from, from + length)),
    );
  }

  type(text: string): void {
    this.dispatch(this.state.tr.insertText(text));
  }

  destroy(): void {
    for (const view of this.#pluginViews) view.destroy?.();
  }
}

export function sharedPage(
  blocks: readonly Block[],
  people: number,
): { pages: Page[]; sync: () => void } {
  let seed = 0;
  const random = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => (seed = (seed * 31 + 7) % 251));
  const first = new Y.Doc();
  first.clientID = people + 1;
  writePage(first, blocks, random);
  const update = Y.encodeStateAsUpdate(first);
  const pages = Array.from({ length: people }, (_, index) => openPage(update, index + 1));
  const sync = (): void => {
    for (const from of pages) {
      for (const to of pages) {
        if (from !== to)
          Y.applyUpdate(
            to.doc,
            Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)),
            'network',
          );
      }
    }
  };
  return { pages, sync };
}

export interface Page {
  readonly doc: Y.Doc;
  readonly view: HeadlessView;
}

export function openPage(
  update: Uint8Array,
  clientID: number,
  plugins: readonly Plugin[] = [],
): Page {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  Y.applyUpdate(doc, update);
  const view = new HeadlessView(
    EditorState.create({ schema, plugins: [...bindingPlugins(doc), ...plugins] }),
  );
  return { doc, view };
}

function bindingPlugins(doc: Y.Doc): Plugin[] {
  return [binding(doc), blockIds(), keepSections()];
}

export function localPage(blocks: readonly Block[]): HeadlessView {
  return new HeadlessView(
    EditorState.create({
      schema,
      doc: schema.node(
        'doc',
        null,
        blocks.map((block) => schema.nodeFromJSON(block)),
      ),
    }),
  );
}

export function text(content: string, attrs: NonNullable<TextBlock['attrs']> = {}): TextBlock {
  return { type: 'textBlock', attrs, content: content ? [{ type: 'text', text: content }] : [] };
}

/** The page as lines such as `heading1 "Title"` or `  task* "done"`, without ids. */
export function outlineOf(view: { readonly state: EditorState }): string[] {
  const lines: string[] = [];
  view.state.doc.descendants((node, _pos, parent) => {
    const { kind, list, indent, checked, language } = node.attrs;
    const name =
      [kind, list].filter(Boolean).join('+') || node.type.name.replace('textBlock', 'text');
    const depth = Number(indent ?? 0) + (parent?.type.name === 'quote' ? 1 : 0);
    const words = `${'  '.repeat(depth)}${name}${checked ? '*' : ''}${language ? `(${String(language)})` : ''}`;
    if (node.isBlock)
      lines.push(
        node.isTextblock
          ? `${words} "${node.textBetween(0, node.content.size, '', '\u21b5')}"`
          : words,
      );
    return !node.isTextblock;
  });
  return lines;
}
