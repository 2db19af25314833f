import { Plugin, TextSelection } from '@tiptap/pm/state';

import { isText } from './block-commands.ts';
import { newBlockId } from './new-block-id.ts';
import { lastBlock, lastBlockElement } from './sections.ts';

/** A press below the last block goes on there: into the last block if it is empty, into a new one if it is not. */
export function writeBelow(): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        mousedown(view, event) {
          const last = lastBlockElement(view.dom);
          if (
            !view.editable ||
            event.button !== 0 ||
            !isBesideBlocks(view.dom, event.target) ||
            !last
          )
            return false;
          if (event.clientY <= last.getBoundingClientRect().bottom) return false;
          event.preventDefault();
          const { tr, doc, schema } = view.state;
          const { block, end } = lastBlock(doc);
          if (!block || !isText(block) || block.content.size > 0)
            tr.insert(end, schema.nodes['textBlock']!.create({ id: newBlockId() }));
          const caret = TextSelection.create(tr.doc, lastBlock(tr.doc).end - 1);
          view.dispatch(tr.setSelection(caret).scrollIntoView());
          view.focus();
          return true;
        },
      },
    },
  });
}

/** The press met no block, but the page's own element or a section's. */
function isBesideBlocks(root: Element, target: EventTarget | null): boolean {
  return target === root || (target instanceof Element && target.matches('.section'));
}
