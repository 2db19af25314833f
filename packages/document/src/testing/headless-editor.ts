import { getSchema } from '@tiptap/core';
import { EditorState, type Plugin, type Transaction } from '@tiptap/pm/state';
import { initProseMirrorDoc, ySyncPlugin } from '@tiptap/y-tiptap';
import type * as Y from 'yjs';
import { schemaExtensions } from '../schema/index.ts';

export const schema = getSchema(schemaExtensions);

/** An editor's state bound to a page by y-tiptap's own plugin, with the least view that the plugin asks for. */
export class HeadlessEditor {
  readonly doc: Y.Doc;
  state: EditorState;
  readonly #update: () => void;

  constructor(doc: Y.Doc) {
    const { doc: node, mapping } = initProseMirrorDoc(doc.getXmlFragment('content'), schema);
    const plugin = ySyncPlugin(doc.getXmlFragment('content'), { mapping }) as Plugin;
    this.doc = doc;
    this.state = EditorState.create({ schema, doc: node, plugins: [plugin] });
    const view = plugin.spec.view!(this as never);
    this.#update = () => view.update?.(this as never, this.state);
  }

  dispatch(transaction: Transaction): void {
    this.state = this.state.apply(transaction);
    this.#update();
  }

  hasFocus(): boolean {
    return false;
  }

  /** Types at the end of a top-level block. */
  type(index: number, text: string): void {
    this.dispatch(
      this.state.tr.insertText(text, this.#start(index) + this.state.doc.child(index).nodeSize - 1),
    );
  }

  setAttribute(index: number, name: string, value: unknown): void {
    this.dispatch(this.state.tr.setNodeAttribute(this.#start(index), name, value));
  }

  #start(index: number): number {
    let position = 0;
    for (let i = 0; i < index; i++) position += this.state.doc.child(i).nodeSize;
    return position;
  }
}
