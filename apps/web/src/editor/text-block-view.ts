import { headingLevel } from '@tandem/document';
import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import type { EditorView, NodeView, ViewMutationRecord } from '@tiptap/pm/view';

let taskCount = 0;

/**
 * Draws paragraphs, headings, list items and tasks as the same two elements, and applies changes of
 * kind, list or indent by patching attributes: an input method loses its composition when the
 * element around it is replaced, for example when another person turns the block into a heading.
 * The clipboard uses a separate serializer with `h1`, `p` and `li`.
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

  /**
   * During a composition the element stays with the composed text even if another block takes that
   * text.
   */
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

  /**
   * Reads the elements that browsers add and remove around the text when they split and join
   * blocks.
   */
  ignoreMutation(mutation: ViewMutationRecord): boolean {
    if (mutation.target === this.dom || mutation.target === this.contentDOM) {
      return mutation.type === 'attributes';
    }
    return !this.contentDOM.contains(mutation.target);
  }

  #patch(): void {
    const { id, kind, list, indent, checked, start } = this.#node.attrs;
    const isTask = list === 'task';
    // A task's checkbox is one text line high, so a task is never drawn as a heading.
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
    // Keeps the caret, and with it a phone's keyboard, in the text.
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

/** Skips unchanged values, to leave the DOM alone. */
function setAttribute(element: Element, name: string, value: unknown): void {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  if (element.getAttribute(name) === text) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}
