import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

import { isText } from './block-commands.ts';
import { countBlocks } from './sections.ts';

/**
 * A hint in the empty paragraph that holds the caret, and in a page that holds nothing else. The decoration's class
 * stands on the outer element of the text block: the inner one, in which an input method composes, stays untouched.
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
 * What somebody who may only read sees in place of a blank page. An element of its own: nobody composes in a page that
 * cannot be written in, and a screen reader reads it.
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

/** Whether all that is in it is empty paragraphs. Of a page with text, no more is looked at than its first words. */
export function isBlank(node: Node): boolean {
  if (isText(node)) return node.content.size === 0 && !node.attrs['list'];
  return !node.isTextblock && !node.isLeaf && node.children.every(isBlank);
}
