import type { Node } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';

import { isFromDocument } from './binding/binding.ts';
import { cutSections, moveEdges } from './section-cutting.ts';
import { blocksIn, isSectioned, withoutSections } from './sections.ts';

export function keepSections(): Plugin {
  return new Plugin({
    appendTransaction(transactions, { doc: before }, { doc, tr }) {
      if (!transactions.some(({ docChanged }) => docChanged)) return null;
      if (transactions.some(isFromDocument) || haveSameEdges(before, doc)) return null;
      moveEdges(tr, cutSections(blocksIn(doc), { before, current: doc }));
      return tr.docChanged ? tr.setMeta('addToHistory', false) : null;
    },
    props: { transformCopied: withoutSections },
  });
}

/**
 * Whether blocks changed only within their sections; keeps a keystroke from visiting all blocks.
 */
function haveSameEdges(before: Node, after: Node): boolean {
  return (
    isSectioned(before) &&
    isSectioned(after) &&
    before.childCount === after.childCount &&
    after.children.every((section, index) => {
      const { attrs, childCount } = before.child(index);
      return section.attrs['key'] === attrs['key'] && section.childCount === childCount;
    })
  );
}
