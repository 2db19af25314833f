import { type Block, toHtml } from '@tandem/document';
import { fromMarkdown, toMarkdown } from '@tandem/document/markdown';
import { DOMSerializer, Fragment, type ResolvedPos, type Schema, Slice } from '@tiptap/pm/model';
import { Plugin, Selection, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

import { isText } from './block-commands.ts';
import { asHref, setLink } from './link-commands.ts';

/** Copying gives other programs lists that are lists, and Markdown as text; pasting takes both. */
export function clipboard(schema: Schema): Plugin {
  return new Plugin({
    props: {
      clipboardSerializer: new HtmlSerializer(schema),
      clipboardTextSerializer: (slice) => textOf(slice),
      clipboardTextParser: (text, $context, plain) => parseText(text, $context, plain),
      handlePaste: (view, event, slice) => pasteAddress(view, event) || pasteBlocks(view, slice),
    },
  });
}

class HtmlSerializer extends DOMSerializer {
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

/** A selection within one block is its text; more is Markdown. */
function textOf(slice: Slice): string {
  const { firstChild, childCount } = slice.content;
  const within =
    childCount === 1 && firstChild?.isTextblock && slice.openStart > 0 && slice.openEnd > 0;
  if (within || !firstChild?.isBlock)
    return slice.content.textBetween(0, slice.content.size, '\n', '\n');
  return toMarkdown(blocksOf(slice.content)).trimEnd();
}

/** Text that is Markdown becomes what it means; other text is left to ProseMirror, one paragraph a line. */
function parseText(text: string, $context: ResolvedPos, plain: boolean): Slice {
  const { schema } = $context.doc.type;
  const nothing = null as unknown as Slice;
  if (plain || $context.parent.type.spec.code || !looksLikeMarkdown(text)) return nothing;
  const content = Fragment.fromJSON(schema, fromMarkdown(text));
  const first = content.firstChild;
  const inline =
    content.childCount === 1 &&
    first?.isTextblock &&
    !first.attrs['kind'] &&
    !first.attrs['list'] &&
    !first.type.spec.code;
  return inline ? new Slice(content, 1, 1) : new Slice(content, 0, 0);
}

const BLOCK_MARKDOWN = /^ {0,3}(#{1,6} |[-*+] |\d{1,3}[.)] |> |```|~~~|(---|\*\*\*|___) *$)/m;
const INLINE_MARKDOWN = /\*\*[^\s*][^*]*\*\*|\[[^\]]+\]\([^)\s]+\)|~~[^\s~][^~]*~~|`[^`\n]+`/;

function looksLikeMarkdown(text: string): boolean {
  return BLOCK_MARKDOWN.test(text) || INLINE_MARKDOWN.test(text);
}

/** An address that is pasted links the selected text, or becomes a link itself. */
function pasteAddress(view: EditorView, event: ClipboardEvent): boolean {
  const href = asHref(event.clipboardData?.getData('text/plain') ?? '');
  const { state } = view;
  const { from, to, empty, $from, $to } = state.selection;
  if (!href || !$from.sameParent($to) || !$from.parent.inlineContent || $from.parent.type.spec.code)
    return false;
  if (!empty) return setLink({ from, to }, href)(state, view.dispatch);
  const link = state.schema.marks['link']!;
  const insert: Transaction = state.tr.replaceSelectionWith(
    state.schema.text(href, [link.create({ href })]),
    false,
  );
  view.dispatch(insert.removeStoredMark(link).setMeta('paste', true).scrollIntoView());
  return true;
}

/** Blocks that are pasted into an empty paragraph take its place; ProseMirror would make a first item a paragraph. */
function pasteBlocks(view: EditorView, slice: Slice): boolean {
  const { $from, empty } = view.state.selection;
  const { parent } = $from;
  const { firstChild } = slice.content;
  const plain =
    isText(parent) && parent.content.size === 0 && !parent.attrs['list'] && !parent.attrs['kind'];
  if (
    !empty ||
    !plain ||
    !firstChild?.isBlock ||
    slice.content.textBetween(0, slice.content.size) === ''
  )
    return false;
  const special = !isText(firstChild) || firstChild.attrs['list'] || firstChild.attrs['kind'];
  if (!special) return false;
  const from = $from.before();
  const tr = view.state.tr.replaceWith(from, $from.after(), slice.content);
  const end = Selection.near(tr.doc.resolve(from + slice.content.size), -1);
  view.dispatch(tr.setSelection(end).setMeta('paste', true).scrollIntoView());
  return true;
}

function blocksOf(fragment: Fragment): Block[] {
  return (fragment.toJSON() ?? []) as Block[];
}
