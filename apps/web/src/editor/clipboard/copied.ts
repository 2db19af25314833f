import { type Block, readableText, toHtml } from '@tandem/document';
import { DOMSerializer, type Fragment, type Schema, type Slice } from '@tiptap/pm/model';

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

export function isWithinBlock({ content, openStart, openEnd }: Slice): boolean {
  const { firstChild, childCount } = content;
  if (!firstChild?.isBlock) return true;
  return childCount === 1 && firstChild.isTextblock && openStart > 0 && openEnd > 0;
}

export function wordsOf({ content }: Slice): string {
  return content.textBetween(0, content.size, '\n', '\n');
}

export function blocksOf(fragment: Fragment): Block[] {
  return (fragment.toJSON() ?? []) as Block[];
}
