import type { TFunction } from 'i18next';
import type { Command } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import {
  ClipboardPaste,
  Code,
  Heading1,
  Heading2,
  Heading3,
  Image,
  List,
  ListOrdered,
  ListTodo,
  type LucideIcon,
  Minus,
  Paperclip,
  Pilcrow,
  TextQuote,
} from 'lucide-react';

import { insertDivider, setKind, toggleCode, toggleList, toggleQuote } from './block-commands.ts';

export interface SlashItem {
  readonly id: BlockItemId | 'pasteMarkdown' | 'image' | 'file';
  readonly icon: LucideIcon;
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
  { id: 'text', icon: Pilcrow, hint: '', command: setKind(null) },
  { id: 'heading1', icon: Heading1, hint: '#', command: setKind('heading1') },
  { id: 'heading2', icon: Heading2, hint: '##', command: setKind('heading2') },
  { id: 'heading3', icon: Heading3, hint: '###', command: setKind('heading3') },
  { id: 'bullet', icon: List, hint: '-', command: toggleList('bullet') },
  { id: 'ordered', icon: ListOrdered, hint: '1.', command: toggleList('ordered') },
  { id: 'task', icon: ListTodo, hint: '[]', command: toggleList('task') },
  { id: 'quote', icon: TextQuote, hint: '>', command: toggleQuote },
  { id: 'code', icon: Code, hint: '```', command: toggleCode },
  { id: 'divider', icon: Minus, hint: '---', command: insertDivider },
];

/** Reads the clipboard, which browsers allow only on a user's request. */
export function pasteMarkdownItem(paste: (view: EditorView) => void): SlashItem {
  const command: Command = (_state, dispatch, view) => {
    if (dispatch && view) paste(view);
    return true;
  };
  return { id: 'pasteMarkdown', icon: ClipboardPaste, hint: '', command };
}

export function fileItems(pick: (view: EditorView, accept: string) => void): SlashItem[] {
  const item = (id: 'image' | 'file', icon: LucideIcon, accept: string): SlashItem => ({
    id,
    icon,
    hint: '',
    command: (_state, dispatch, view) => {
      if (dispatch && view) pick(view, accept);
      return true;
    },
  });
  return [item('image', Image, 'image/*'), item('file', Paperclip, '')];
}

export function searchItems(items: readonly SlashItem[], query: string, t: TFunction): SlashItem[] {
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
