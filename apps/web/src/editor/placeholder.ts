import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

import { isText } from './block-commands.ts';
import { countBlocks } from './sections.ts';

/**
 * Shows a hint in the empty paragraph at the caret, and in an otherwise empty page. The
 * decoration's class goes on the outer element of the text block, so the inner one, in which input
 * methods compose, stays untouched.
 */
export function placeholder(text: string): Plugin {
  return new Plugin({
    props: {
      decorations({ doc, selection }) {
        const { $from, empty } = selection;
        const { parent } = $from;
        if (!empty || !isText(parent) || parent.content.size > 0 || parent.attrs['list'])
          return null;
        const alone = countBlocks(doc) === 1;
        const attributes = {
          class: alone ? 'placeholder alone' : 'placeholder',
          'data-placeholder': text,
        };
        return DecorationSet.create(doc, [
          Decoration.node($from.before(), $from.after(), attributes),
        ]);
      },
    },
  });
}

/**
 * Shown to readers in place of a blank page. A real element, so that screen readers read it; no
 * composition can be disturbed in a read-only page.
 */
export function emptyNote(text: string, isEditable: () => boolean): Plugin {
  return new Plugin({
    props: {
      decorations({ doc }) {
        if (isEditable() || !isBlank(doc)) return null;
        return DecorationSet.create(doc, [
          Decoration.widget(0, () => noteOf(text), { key: 'empty-note' }),
        ]);
      },
    },
  });
}

function noteOf(text: string): HTMLElement {
  const note = document.createElement('p');
  note.className = 'empty-note';
  note.textContent = text;
  return note;
}

export function isBlank(node: Node): boolean {
  if (isText(node)) return node.content.size === 0 && !node.attrs['list'];
  return !node.isTextblock && !node.isLeaf && node.children.every(isBlank);
}
