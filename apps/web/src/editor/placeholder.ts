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
