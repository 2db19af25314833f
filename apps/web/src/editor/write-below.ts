import { Plugin, TextSelection } from '@tiptap/pm/state';

import { isText } from './block-commands.ts';
import { newBlockId } from './new-block-id.ts';
import { lastBlock, lastBlockElement } from './sections.ts';

/**
 * A press below the last block continues there: in the last block if empty, otherwise in a new one.
 */
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

function isBesideBlocks(root: Element, target: EventTarget | null): boolean {
  return target === root || (target instanceof Element && target.matches('.section'));
}
