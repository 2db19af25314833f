import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView, NodeView, NodeViewConstructor } from '@tiptap/pm/view';

let tasks = 0;

/** Draws tasks with a checkbox of the browser's; every other text block is drawn by the schema. */
export function taskViews(): Plugin {
  const create = (
    node: Node,
    view: EditorView,
    getPos: () => number | undefined,
  ): NodeView | undefined =>
    node.attrs['list'] === 'task' ? new TaskView(node, view, getPos) : undefined;
  // ProseMirror draws a node by its schema when a constructor gives nothing, which its types do not say.
  return new Plugin({ props: { nodeViews: { textBlock: create as NodeViewConstructor } } });
}

class TaskView implements NodeView {
  readonly dom = document.createElement('div');
  readonly contentDOM = document.createElement('p');
  readonly #box = document.createElement('input');
  readonly #view: EditorView;
  readonly #getPos: () => number | undefined;
  #node: Node;

  constructor(node: Node, view: EditorView, getPos: () => number | undefined) {
    this.#node = node;
    this.#view = view;
    this.#getPos = getPos;
    this.contentDOM.id = `task-${++tasks}`;
    this.#box.type = 'checkbox';
    this.#box.setAttribute('aria-labelledby', this.contentDOM.id);
    this.#box.addEventListener('change', () => this.#toggle());
    // The caret, and with it a phone's keyboard, stays in the text.
    this.#box.addEventListener('mousedown', (event) => event.preventDefault());
    const holder = document.createElement('span');
    holder.contentEditable = 'false';
    holder.className = 'task-box';
    holder.append(this.#box);
    this.dom.append(holder, this.contentDOM);
    this.#draw();
  }

  update(node: Node): boolean {
    if (node.type !== this.#node.type || node.attrs['list'] !== 'task') return false;
    this.#node = node;
    this.#draw();
    return true;
  }

  stopEvent(event: Event): boolean {
    return event.target === this.#box;
  }

  ignoreMutation(mutation: { target: globalThis.Node }): boolean {
    return !this.contentDOM.contains(mutation.target);
  }

  #draw(): void {
    const { checked, indent } = this.#node.attrs as { checked: true | null; indent: number | null };
    this.dom.dir = 'auto';
    this.dom.dataset['list'] = 'task';
    this.dom.toggleAttribute('data-checked', checked === true);
    if (indent) this.dom.dataset['indent'] = String(indent);
    else delete this.dom.dataset['indent'];
    this.#box.checked = checked === true;
    this.#box.disabled = !this.#view.editable;
  }

  #toggle(): void {
    const pos = this.#getPos();
    const checked = this.#box.checked || null;
    if (pos === undefined || !this.#view.editable) this.#draw();
    else this.#view.dispatch(this.#view.state.tr.setNodeAttribute(pos, 'checked', checked));
  }
}
