import type { Translate } from '../translation/translation.ts';
import type { Command } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { insertDivider, setKind, toggleCode, toggleList, toggleQuote } from './block-commands.ts';

export interface SlashItem {
  readonly id: BlockItemId | 'pasteMarkdown' | 'image' | 'file';
  readonly hint: string;
  readonly command: Command;
}

export interface BlockItem extends SlashItem {
  readonly id: BlockItemId;
}

export type BlockItemId =
  | 'text'
  | 'heading1'
  | 'heading2'
  | 'heading3'
  | 'bullet'
  | 'ordered'
  | 'task'
  | 'quote'
  | 'code'
  | 'divider';

export const BLOCK_ITEMS: readonly BlockItem[] = [
  { id: 'text', hint: '', command: setKind(null) },
  { id: 'heading1', hint: '#', command: setKind('heading1') },
  { id: 'heading2', hint: '##', command: setKind('heading2') },
  { id: 'heading3', hint: '###', command: setKind('heading3') },
  { id: 'bullet', hint: '-', command: toggleList('bullet') },
  { id: 'ordered', hint: '1.', command: toggleList('ordered') },
  { id: 'task', hint: '[]', command: toggleList('task') },
  { id: 'quote', hint: '>', command: toggleQuote },
  { id: 'code', hint: '```', command: toggleCode },
  { id: 'divider', hint: '---', command: insertDivider },
];

/** Reads the clipboard, which browsers allow only on a user's request. */
export function pasteMarkdownItem(paste: (view: EditorView) => void): SlashItem {
  const command: Command = (_state, dispatch, view) => {
    if (dispatch && view) paste(view);
    return true;
  };
  return { id: 'pasteMarkdown', hint: '', command };
}

export function fileItems(pick: (view: EditorView, accept: string) => void): SlashItem[] {
  const item = (id: 'image' | 'file', accept: string): SlashItem => ({
    id,
    hint: '',
    command: (_state, dispatch, view) => {
      if (dispatch && view) pick(view, accept);
      return true;
    },
  });
  return [item('image', 'image/*'), item('file', '')];
}

export function searchItems(items: readonly SlashItem[], query: string, t: Translate): SlashItem[] {
  const wanted = fold(query);
  const rank = (item: SlashItem): number => {
    const name = fold(t(`editor.slash.${item.id}`));
    if (name.startsWith(wanted)) return 0;
    const words = `${name} ${fold(t(`editor.slash.words.${item.id}`))}`.split(/[\s,]+/);
    return words.some((word) => word.startsWith(wanted)) || item.hint === query ? 1 : 2;
  };
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .filter((entry) => entry.rank < 2)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
