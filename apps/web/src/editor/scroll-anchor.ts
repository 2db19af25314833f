import type { Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

import { isRemote } from './binding/binding.ts';

/**
 * Keeps the visible text in place while others write above it: the caret's line for a writer, the
 * first visible block for a reader. Browsers anchor only for readers, and Safari not at all.
 */
export function applyAnchored(view: EditorView, transaction: Transaction, apply: () => void): void {
  if (!transaction.docChanged || !isRemote(transaction)) return apply();
  const scroller = scrollParent(view.dom);
  const hold = anchor(view, scroller);
  apply();
  const moved = hold?.();
  if (moved) scroller.scrollTop += moved;
}

function anchor(view: EditorView, scroller: Element): (() => number) | null {
  if (scroller.scrollTop === 0 && !view.hasFocus()) return null;
  const { top, bottom } = viewport(scroller);
  if (view.hasFocus()) {
    const before = view.coordsAtPos(view.state.selection.head);
    if (before.bottom > top && before.top < bottom) {
      return () => view.coordsAtPos(view.state.selection.head).top - before.top;
    }
  }
  const block = firstBlockBelow(view.dom, top);
  if (!block) return null;
  const before = block.getBoundingClientRect().top;
  return () => (block.isConnected ? block.getBoundingClientRect().top - before : 0);
}

function firstBlockBelow(root: Element, top: number): Element | null {
  const first = firstChildBelow(root, top);
  return first?.matches('.section') ? (firstChildBelow(first, top) ?? first) : first;
}

function firstChildBelow(parent: Element, top: number): Element | null {
  const blocks = parent.children;
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { bottom } = (blocks[middle] as Element).getBoundingClientRect();
    if (bottom <= top) low = middle + 1;
    else high = middle;
  }
  return blocks[low] ?? null;
}

function viewport(scroller: Element): { top: number; bottom: number } {
  if (scroller === document.scrollingElement) return { top: 0, bottom: window.innerHeight };
  return scroller.getBoundingClientRect();
}

function scrollParent(element: Element): Element {
  for (
    let parent = element.parentElement;
    parent && parent !== document.body;
    parent = parent.parentElement
  ) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.scrollingElement ?? document.documentElement;
}
