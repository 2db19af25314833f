import type { Block } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown-writer';
import type { EditorState } from '@tiptap/pm/state';

import { withoutSections } from '../sections.ts';
import { blocksOf, isWithinBlock, wordsOf } from './copied.ts';

/** The selection as Markdown. A part of one block is never a heading, item or code. */
export function markdownOf({ selection }: EditorState): string {
  const slice = withoutSections(selection.content());
  const { $from, $to } = selection;
  const isPart =
    isWithinBlock(slice) && ($from.parentOffset > 0 || $to.parentOffset < $to.parent.content.size);
  if (isPart && $from.parent.type.spec.code) return wordsOf(slice);
  const blocks = blocksOf(slice.content);
  return toMarkdown(isPart ? blocks.map(withoutAttributes) : blocks).trimEnd();
}

function withoutAttributes(block: Block): Block {
  return block.type === 'textBlock' ? { ...block, attrs: {} } : block;
}
