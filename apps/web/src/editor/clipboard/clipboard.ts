import {
  type Block,
  MAX_MARKDOWN_LENGTH,
  MAX_PAGE_LENGTH,
  withoutImpliedStarts,
} from '@tandem/document';
import { Fragment, type Node, type Schema, Slice } from '@tiptap/pm/model';
import {
  NodeSelection,
  Plugin,
  PluginKey,
  Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';

import { Deferred } from '../../components/deferred.tsx';
import { renewIds } from '../block-ids.ts';
import { MAX_PASTED_LINE_LENGTH } from '../limits.ts';
import { asHref, setLink } from '../link-commands.ts';
import { HtmlSerializer, textOf } from './copied.ts';
import { insertSlice, textIn } from './insert-slice.ts';
import { isMarkdown } from './markdown-signs.ts';
import { PastedHtmlParser } from './pasted-html.ts';
import { readPlainText, readProgramText } from './clipboard-text.ts';

export type ClipboardProblem = 'file' | 'tooLong' | 'unreadable';

/** Takes files that were pasted or dropped; into the text at the caret. */
export type TakeFiles = (view: EditorView, files: readonly File[]) => void;

/** Text that was pasted as it is, and may become Markdown. */
interface PastedRange {
  readonly text: string;
  /** What of it is in the page, until it is read. */
  readonly shown: string;
  readonly from: number;
  readonly to: number;
}

/** With a parser that is larger than the rest of the clipboard. */
export const markdownReader = new Deferred(() => import('@tandem/document/markdown-reader'));

const clipboardKey = new PluginKey<PastedRange | null>('clipboard');

/**
 * Copying and pasting. Plain text stays plain, line by line. Text recognized as Markdown is first
 * pasted as plain text and then converted in a second step, so that one undo reverts the
 * conversion.
 */
export function clipboard(
  schema: Schema,
  onProblem: (problem: ClipboardProblem) => void,
  takeFiles: TakeFiles | null = null,
): Plugin<PastedRange | null> {
  const refuse = (event: Event, problem: ClipboardProblem): true => {
    event.preventDefault();
    onProblem(problem);
    return true;
  };
  return new Plugin<PastedRange | null>({
    key: clipboardKey,
    state: {
      init: () => null,
      apply(tr, range) {
        const pasted = tr.getMeta(clipboardKey) as PastedRange | null | undefined;
        if (pasted !== undefined) return pasted;
        return (
          range && {
            ...range,
            from: edgeAfter(tr.mapping, range.from, -1),
            to: edgeAfter(tr.mapping, range.to, 1),
          }
        );
      },
    },
    props: {
      clipboardSerializer: new HtmlSerializer(schema),
      clipboardTextSerializer: textOf,
      clipboardTextParser: readPlainText,
      clipboardParser: new PastedHtmlParser(schema),
      transformPasted: (slice) => leaveOutImpliedStarts(slice),
      handlePaste(view, event, slice) {
        if (isTooLong(view, textIn(slice.content))) return refuse(event, 'tooLong');
        if (pasteAddress(view, event)) return true;
        return pasteProgramText(view, event) || pasteSlice(view, event, slice);
      },
      handleDrop(view, event, slice, isMoved) {
        if (isMoved || slice.size === 0) return false;
        if (isTooLong(view, textIn(slice.content))) return refuse(event, 'tooLong');
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
        if (!at) return false;
        const near = Selection.near(view.state.doc.resolve(at.pos));
        const { tr } = view.state;
        view.dispatch(insertSlice(tr.setSelection(near), slice).setMeta('uiEvent', 'drop'));
        view.focus();
        return true;
      },
      handleDOMEvents: {
        paste(view, event) {
          const data = event.clipboardData;
          if (!view.editable || !data) return false;
          // Checked before parsing; text that comes as HTML alone is checked after parsing.
          const text = data.getData('text/plain');
          if (isTooLong(view, text)) return refuse(event, 'tooLong');
          if (!holdsOnlyFiles(data)) return false;
          if (takeFiles === null || data.files.length === 0) return refuse(event, 'file');
          event.preventDefault();
          takeFiles(view, [...data.files]);
          return true;
        },
        // The browser would replace the page by the dropped file.
        dragover(_view, event) {
          if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
          return false;
        },
        drop(view, event) {
          const { dataTransfer } = event;
          if (dataTransfer?.types.includes('Files') !== true) return false;
          const files = [...dataTransfer.files];
          if (takeFiles === null || !view.editable || files.length === 0)
            return refuse(event, 'file');
          event.preventDefault();
          selectNear(view, event);
          takeFiles(view, files);
          return true;
        },
      },
    },
  });
}

function selectNear(view: EditorView, { clientX, clientY }: DragEvent): void {
  const at = view.posAtCoords({ left: clientX, top: clientY });
  if (at === null) return;
  const { tr, doc } = view.state;
  view.dispatch(tr.setSelection(Selection.near(doc.resolve(at.pos), -1)));
}

export async function pasteMarkdownFromClipboard(
  view: EditorView,
  onProblem: (problem: ClipboardProblem) => void,
): Promise<void> {
  // Undefined on insecure pages, despite its type.
  const device = navigator.clipboard as Clipboard | undefined;
  const text = await device?.readText().catch(() => undefined);
  if (view.isDestroyed || !view.editable) return;
  if (text === undefined) onProblem('unreadable');
  else if (isTooLong(view, text)) onProblem('tooLong');
  else if (text !== '') pasteMarkdown(view, text);
}

export function pasteMarkdown(view: EditorView, text: string): void {
  const { state } = view;
  if (state.selection.$from.parent.type.spec.code) {
    view.dispatch(state.tr.insertText(text).setMeta('paste', true).scrollIntoView());
    return;
  }
  pastePlain(view, text);
  if (text.length > MAX_MARKDOWN_LENGTH) return;
  const { module } = markdownReader;
  if (module !== null) return convertPasted(view, text, module.fromMarkdown(text));
  // Without the parser the text stays as it is.
  void markdownReader.load().then(
    ({ fromMarkdown }) => !view.isDestroyed && convertPasted(view, text, fromMarkdown(text)),
    () => undefined,
  );
}

function isTooLong({ state }: EditorView, text: string): boolean {
  if (state.doc.content.size + text.length > MAX_PAGE_LENGTH) return true;
  return (
    text.length > MAX_PASTED_LINE_LENGTH &&
    text.split('\n').some((line) => line.length > MAX_PASTED_LINE_LENGTH)
  );
}

/** Whether there is a file and no text. Office programs add a picture of the text to the text. */
function holdsOnlyFiles(data: DataTransfer): boolean {
  if (data.getData('text/plain') !== '') return false;
  const words = data.getData('text/html').replace(/<!--[^]*?-->|<[^>]*>|&nbsp;|\s/g, '');
  return words === '' && (data.files.length > 0 || data.types.includes('Files'));
}

function pasteSlice(view: EditorView, event: ClipboardEvent, slice: Slice): boolean {
  if (slice.size === 0) return false;
  const data = event.clipboardData;
  const html = data?.getData('text/html') ?? '';
  const text = data?.getData('text/plain') ?? '';
  const isOwn = html === '' || html.includes('data-pm-slice');
  const isCode = Boolean(view.state.selection.$from.parent.type.spec.code);
  const mayBeMarkdown =
    (html === '' || (!isOwn && isBareCode(slice))) && !isCode && !isPlainPaste(view);
  if (mayBeMarkdown && isMarkdown(text)) {
    pasteMarkdown(view, text);
    return true;
  }
  view.dispatch(
    insertSlice(view.state.tr, isOwn ? slice : asWhole(slice))
      .setMeta('paste', true)
      .scrollIntoView(),
  );
  return true;
}

function pastePlain(view: EditorView, text: string): void {
  const { tr, selection } = view.state;
  // A selected block is replaced.
  if (!selection.empty && !(selection instanceof NodeSelection)) tr.deleteSelection();
  const { from, to: end, $from } = tr.selection;
  const left = tr.doc.content.size - end;
  insertSlice(tr, renewIds(readPlainText(text, $from)));
  const to = tr.doc.content.size - left;
  tr.setMeta(clipboardKey, { text, shown: textAt(tr.doc, { from, to }), from, to });
  view.dispatch(tr.setMeta('paste', true).scrollIntoView());
}

function convertPasted(view: EditorView, text: string, read: readonly Block[]): void {
  const { state } = view;
  const range = clipboardKey.getState(state);
  // While the parser was loaded, something else was pasted, or somebody has written into the text.
  if (range?.text !== text || textAt(state.doc, range) !== range.shown) return;
  if (!view.editable) return;
  const { from, to } = range;
  const blocks = renewIds(new Slice(Fragment.fromJSON(state.schema, read), 0, 0));
  const { tr } = state;
  if (state.doc.resolve(from).parent.inlineContent) {
    tr.delete(from, to);
    tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(from))));
    insertSlice(tr, blocks);
  } else {
    tr.replaceWith(from, to, blocks.content);
    tr.setSelection(Selection.near(tr.doc.resolve(from + blocks.size), -1));
  }
  tr.setMeta(clipboardKey, null).setMeta('paste', true);
  const { empty, head } = state.selection;
  if (empty && from < head && head <= to) tr.scrollIntoView();
  // The person has gone on.
  else tr.setSelection(state.selection.map(tr.doc, tr.mapping));
  view.dispatch(tr);
}

/** A block that is shown again stays in the range; what is written at its edges does not become part of it. */
function edgeAfter({ maps }: Transaction['mapping'], edge: number, outwards: -1 | 1): number {
  return maps.reduce((at, map) => {
    let side = outwards;
    map.forEach((start, end) => {
      if (start === at && end === at) side = outwards === 1 ? -1 : 1;
    });
    return map.map(at, side);
  }, edge);
}

function textAt(doc: Node, { from, to }: Pick<PastedRange, 'from' | 'to'>): string {
  return from < to ? doc.textBetween(from, to, '\n', '\n') : '';
}

function pasteProgramText(view: EditorView, event: ClipboardEvent): boolean {
  const { state } = view;
  const found = event.clipboardData && readProgramText(event.clipboardData);
  if (!found || isPlainPaste(view) || state.selection.$from.parent.type.spec.code) return false;
  if (found.language === 'markdown') {
    pasteMarkdown(view, found.text);
    return true;
  }
  const attrs = { language: found.language };
  const block = state.schema.nodes['codeBlock']!.create(attrs, state.schema.text(found.text));
  const slice = renewIds(new Slice(Fragment.from(block), 0, 0));
  view.dispatch(insertSlice(state.tr, slice).setMeta('paste', true).scrollIntoView());
  return true;
}

/** Whether Shift is held for plain text. ProseMirror tells only its text parser. */
function isPlainPaste(view: EditorView): boolean {
  const { input } = view as unknown as {
    input?: { shiftKey: boolean; lastKeyCode: number | null };
  };
  return Boolean(input?.shiftKey) && input?.lastKeyCode !== INSERT_KEY;
}

/** Shift+Insert is an ordinary paste. */
const INSERT_KEY = 45;

function isBareCode({ content }: Slice): boolean {
  const { firstChild, childCount } = content;
  return childCount === 1 && firstChild?.type.name === 'codeBlock' && !firstChild.attrs['language'];
}

/** Code, quotes and items from other programs stay blocks instead of merging with the text. */
function asWhole(slice: Slice): Slice {
  const { firstChild, childCount } = slice.content;
  if (childCount !== 1 || !firstChild?.isBlock) return slice;
  const isSpecial = firstChild.type.name !== 'textBlock' || firstChild.attrs['list'];
  return isSpecial ? new Slice(slice.content, 0, 0) : slice;
}

function pasteAddress(view: EditorView, event: ClipboardEvent): boolean {
  const href = asHref(event.clipboardData?.getData('text/plain') ?? '');
  const { state } = view;
  const { from, to, empty, $from, $to } = state.selection;
  if (!href || !$from.sameParent($to) || !$from.parent.inlineContent || $from.parent.type.spec.code)
    return false;
  if (!empty) return setLink({ from, to }, href)(state, view.dispatch);
  const link = state.schema.marks['link']!;
  const words = state.schema.text(href, [link.create({ href })]);
  const insert = state.tr.replaceSelectionWith(words, false);
  view.dispatch(insert.removeStoredMark(link).setMeta('paste', true).scrollIntoView());
  return true;
}

function leaveOutImpliedStarts(slice: Slice): Slice {
  const { content, openStart, openEnd } = slice;
  let hasStarts = false;
  content.descendants(({ attrs, isTextblock }) => {
    hasStarts ||= typeof attrs['start'] === 'number';
    return !hasStarts && !isTextblock;
  });
  if (!hasStarts || !content.firstChild?.isBlock) return slice;
  const blocks = withoutImpliedStarts(content.toJSON() as Block[]);
  return new Slice(Fragment.fromJSON(content.firstChild.type.schema, blocks), openStart, openEnd);
}
