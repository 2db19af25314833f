import { Plugin, TextSelection } from '@tiptap/pm/state';

import { isText } from './block-commands.ts';
import { newBlockId } from './block-ids.ts';

/** A press below the last block goes on there: into the last block if it is empty, into a new one if it is not. */
export function writeBelow(): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        mousedown(view, event) {
          const last = view.dom.lastElementChild;
          if (!view.editable || event.button !== 0 || event.target !== view.dom || !last)
            return false;
          if (event.clientY <= last.getBoundingClientRect().bottom) return false;
          event.preventDefault();
          const { tr, doc, schema } = view.state;
          const node = doc.lastChild;
          if (!node || !isText(node) || node.content.size > 0) {
            tr.insert(doc.content.size, schema.nodes['textBlock']!.create({ id: newBlockId() }));
          }
          view.dispatch(
            tr.setSelection(TextSelection.create(tr.doc, tr.doc.content.size - 1)).scrollIntoView(),
          );
          view.focus();
          return true;
        },
      },
    },
  });
}
