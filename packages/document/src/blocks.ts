import type { KINDS, LISTS } from './nodes/text-block-attributes.ts';

/** Blocks as plain JSON in ProseMirror's shape. An absent attribute and null mean the same. */

export type Kind = (typeof KINDS)[number];
export type List = (typeof LISTS)[number];

export type Block = TextBlock | QuoteBlock | CodeBlock | Divider | ImageBlock | FileBlock;

export interface TextBlock {
  readonly type: 'textBlock';
  readonly attrs?: {
    readonly id?: string | null;
    /** Null: a paragraph. */
    readonly kind?: Kind | null;
    readonly list?: List | null;
    /** Counted from 1. */
    readonly indent?: number | null;
    readonly checked?: true | null;
    /** Set only on an ordered item that does not continue its list. */
    readonly start?: number | null;
  };
  readonly content?: readonly Inline[];
}

export interface QuoteBlock {
  readonly type: 'quote';
  readonly attrs?: { readonly id?: string | null };
  readonly content?: readonly Block[];
}

export interface CodeBlock {
  readonly type: 'codeBlock';
  readonly attrs?: { readonly id?: string | null; readonly language?: string | null };
  readonly content?: readonly Text[];
}

export interface Divider {
  readonly type: 'divider';
  readonly attrs?: { readonly id?: string | null };
}

/** An uploaded file (PM11). */
export interface FileBlock {
  readonly type: 'file';
  readonly attrs?: {
    readonly id?: string | null;
    readonly file?: string | null;
    readonly name?: string | null;
    /** In bytes. */
    readonly size?: number | null;
    readonly caption?: string | null;
  };
}

export interface ImageBlock {
  readonly type: 'image';
  readonly attrs?: NonNullable<FileBlock['attrs']> & {
    /** Pixels of the image. */
    readonly width?: number | null;
    readonly height?: number | null;
    readonly alt?: string | null;
    /** In CSS pixels. */
    readonly displayWidth?: number | null;
  };
}

export type Inline = Text | HardBreak;

export interface Text {
  readonly type: 'text';
  readonly text: string;
  /** Ordered as in the table of marks. */
  readonly marks?: readonly Mark[];
}

/** A line break, without marks, which mean nothing there (PM6). */
export interface HardBreak {
  readonly type: 'hardBreak';
}

export type Mark =
  | { readonly type: 'bold' | 'italic' | 'strike' | 'code' }
  | { readonly type: 'link'; readonly attrs: { readonly href: string } };

export function inlineText(content: readonly Inline[] = []): string {
  return content.map((node) => (node.type === 'text' ? node.text : '\n')).join('');
}

/** Returns `length` random bytes: `crypto.getRandomValues` in products, a seed in tests. */
export type RandomBytes = (length: number) => Uint8Array;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ID_LENGTH = 10;

/** Returns 60 random bits, safe in a URL. Ids need to be unique within one document only. */
export function createBlockId(random: RandomBytes): string {
  return Array.from(random(ID_LENGTH), (byte) => ALPHABET[byte & 63]).join('');
}
