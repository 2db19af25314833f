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
import type { SlashItem } from './block-menu.ts';

export const BLOCK_ICONS: Readonly<Record<SlashItem['id'], LucideIcon>> = {
  text: Pilcrow,
  heading1: Heading1,
  heading2: Heading2,
  heading3: Heading3,
  bullet: List,
  ordered: ListOrdered,
  task: ListTodo,
  quote: TextQuote,
  code: Code,
  divider: Minus,
  pasteMarkdown: ClipboardPaste,
  image: Image,
  file: Paperclip,
};
