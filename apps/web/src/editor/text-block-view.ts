import { headingLevel } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView, NodeView, ViewMutationRecord } from '@tiptap/pm/view';

let taskCount = 0;

/**
 * Draws paragraphs, headings, list items and tasks as the same two elements, and shows a change of kind, list or
 * indent by patching attributes. An input method loses its composition when the element around it is replaced, so
 * a person who makes a heading of the block in which another person composes must not replace it. The clipboard has
 * a serializer of its own and keeps `h1`, `p` and `li`.
 *
 *     <div class="text-block" data-id data-kind data-list data-indent data-checked data-start dir="auto">
 *       <span class="task-box"><input type="checkbox"></span>   only in tasks
 *       <div class="block-text" role="heading" aria-level="2">the text</div>
 *     </div>
 */
export function textBlockViews(): Plugin {
  return new Plugin({
    props: {
      nodeViews: { textBlock: (node, view, getPos) => new TextBlockView(node, view, getPos) },
    },
  });
}

class TextBlockView implements NodeView {
  readonly dom = document.createElement('div');
  readonly contentDOM = document.createElement('div');
  readonly #view: EditorView;
  readonly #getPos: () => number | undefined;
  #node: Node;
  #box: HTMLInputElement | null = null;

  constructor(node: Node, view: EditorView, getPos: () => number | undefined) {
    this.#node = node;
    this.#view = view;
    this.#getPos = getPos;
    this.dom.className = 'text-block';
    this.dom.dir = 'auto';
    this.contentDOM.className = 'block-text';
    this.dom.append(this.contentDOM);
    this.#patch();
  }

  /** While a person composes, the element stays with the composed text even when another block takes that text. */
  update(node: Node): boolean {
    const before = this.#node.attrs;
    const isSameBlock = before['id'] === null || before['id'] === node.attrs['id'];
    if (!isSameBlock && !this.#view.composing) return false;
    this.#node = node;
    if (node.attrs !== before) this.#patch();
    return true;
  }

  stopEvent(event: Event): boolean {
    return event.target === this.#box;
  }

  /** Browsers add and remove elements around the text when they split and join blocks: these changes are read. */
  ignoreMutation(mutation: ViewMutationRecord): boolean {
    if (mutation.target === this.dom || mutation.target === this.contentDOM) {
      return mutation.type === 'attributes';
    }
    return !this.contentDOM.contains(mutation.target);
  }

  #patch(): void {
    const { id, kind, list, indent, checked, start } = this.#node.attrs;
    const isTask = list === 'task';
    // The box of a task is one line of text high, so a task is never drawn as a heading.
    const level = isTask ? null : headingLevel(kind);
    setAttribute(this.dom, 'data-id', id);
    setAttribute(this.dom, 'data-kind', level && kind);
    setAttribute(this.dom, 'data-list', list);
    setAttribute(this.dom, 'data-indent', indent);
    setAttribute(this.dom, 'data-checked', isTask && checked === true ? '' : null);
    setAttribute(this.dom, 'data-start', start);
    setAttribute(this.contentDOM, 'role', level ? 'heading' : 'paragraph');
    setAttribute(this.contentDOM, 'aria-level', level);
    if (isTask) this.#patchBox(checked === true);
    else this.#removeBox();
  }

  #patchBox(checked: boolean): void {
    this.#box ??= this.#createBox();
    this.#box.checked = checked;
    this.#box.disabled = !this.#view.editable;
  }

  #createBox(): HTMLInputElement {
    this.contentDOM.id = `task-${++taskCount}`;
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.setAttribute('aria-labelledby', this.contentDOM.id);
    box.addEventListener('change', () => this.#toggle(box));
    // The caret, and with it a phone's keyboard, stays in the text.
    box.addEventListener('mousedown', (event) => event.preventDefault());
    const holder = document.createElement('span');
    holder.contentEditable = 'false';
    holder.className = 'task-box';
    holder.append(box);
    this.contentDOM.before(holder);
    return box;
  }

  #removeBox(): void {
    if (!this.#box) return;
    this.#box.parentElement!.remove();
    this.#box = null;
    this.contentDOM.removeAttribute('id');
  }

  #toggle(box: HTMLInputElement): void {
    const pos = this.#getPos();
    const checked = box.checked || null;
    if (pos === undefined || !this.#view.editable) this.#patch();
    else this.#view.dispatch(this.#view.state.tr.setNodeAttribute(pos, 'checked', checked));
  }
}

/** Sets, changes or, for null, removes the attribute; leaves the DOM alone when nothing changes. */
function setAttribute(element: Element, name: string, value: unknown): void {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  if (element.getAttribute(name) === text) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}
