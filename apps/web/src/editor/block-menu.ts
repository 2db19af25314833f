import type { TFunction } from 'i18next';
import type { Command } from '@tiptap/pm/state';
import {
  Code,
  Heading1,
  Heading2,
  Heading3,
  List,
  ListOrdered,
  ListTodo,
  type LucideIcon,
  Minus,
  Pilcrow,
  TextQuote,
} from 'lucide-react';

import { insertDivider, setKind, toggleCode, toggleList, toggleQuote } from './block-commands.ts';

/** What a block can be made into, in the order in which menus show it. */
export interface BlockItem {
  readonly id: BlockItemId;
  readonly icon: LucideIcon;
  /** The Markdown that does the same. */
  readonly hint: string;
  readonly command: Command;
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

/** The items whose name or other words begin with the query; those whose name does come first. */
export function searchBlockItems(query: string, t: TFunction): BlockItem[] {
  const wanted = fold(query);
  const rank = (item: BlockItem): number => {
    const name = fold(t(`editor.slash.${item.id}`));
    if (name.startsWith(wanted)) return 0;
    const words = `${name} ${fold(t(`editor.slash.words.${item.id}`))}`.split(/[\s,]+/);
    return words.some((word) => word.startsWith(wanted)) || item.hint === query ? 1 : 2;
  };
  return BLOCK_ITEMS.map((item) => ({ item, rank: rank(item) }))
    .filter((entry) => entry.rank < 2)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
