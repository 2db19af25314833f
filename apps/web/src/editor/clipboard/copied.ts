import { type Block, readableText, toHtml } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown';
import { DOMSerializer, type Fragment, type Schema, type Slice } from '@tiptap/pm/model';
import type { EditorState } from '@tiptap/pm/state';

import { withoutSections } from '../sections.ts';

export class HtmlSerializer extends DOMSerializer {
  constructor(schema: Schema) {
    super(DOMSerializer.nodesFromSchema(schema), DOMSerializer.marksFromSchema(schema));
  }

  override serializeFragment(
    fragment: Fragment,
    options?: { document?: Document },
    target?: HTMLElement | DocumentFragment,
  ): HTMLElement | DocumentFragment {
    if (!fragment.firstChild?.isBlock) return super.serializeFragment(fragment, options, target);
    const template = (options?.document ?? document).createElement('template');
    template.innerHTML = toHtml(blocksOf(fragment));
    if (!target) return template.content;
    target.append(template.content);
    return target;
  }
}

/** A selection within one block is its words alone; a larger one includes list and quote signs. */
export function textOf(slice: Slice): string {
  return isWithinBlock(slice) ? wordsOf(slice) : readableText(blocksOf(slice.content));
}

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

function isWithinBlock({ content, openStart, openEnd }: Slice): boolean {
  const { firstChild, childCount } = content;
  if (!firstChild?.isBlock) return true;
  return childCount === 1 && firstChild.isTextblock && openStart > 0 && openEnd > 0;
}

function wordsOf({ content }: Slice): string {
  return content.textBetween(0, content.size, '\n', '\n');
}

function withoutAttributes(block: Block): Block {
  return block.type === 'textBlock' ? { ...block, attrs: {} } : block;
}

function blocksOf(fragment: Fragment): Block[] {
  return (fragment.toJSON() ?? []) as Block[];
}
