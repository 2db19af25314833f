import type { MarkConfig, NodeConfig } from '@tiptap/core';
import type { MarkedToken, Token, Tokens } from 'marked';
import type { Block, Inline, Mark } from '../blocks.ts';

/**
 * The shape of a definition in this folder. Validation, the reading and writing of pages, HTML, Markdown, plain text
 * and the editor's schema are all derived from the definitions. They are data: the server uses them without Tiptap.
 */

/** The schema version from which a value may be stored, or null for a value that may not be stored. */
export type AttributeRule = (value: unknown) => number | null;

export interface NodeDefinition {
  /** The schema version that introduced the node. */
  readonly since: number;
  readonly group?: 'block' | 'inline';
  /** A ProseMirror content expression. */
  readonly content: string;
  /** '_' allows every mark, '' none. */
  readonly marks: '_' | '';
  /** Each attribute defaults to null, which is never stored. */
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  /** Attributes that a new block takes over from the block it is split from. */
  readonly keepOnSplit?: readonly string[];
  /** How ProseMirror parses and renders the node as HTML, and how it treats it. */
  readonly editor: Partial<NodeConfig>;
}

export interface BlockDefinition<B extends Block = Block> extends NodeDefinition {
  /** `marker` is the `type` field of the block's marker (PM5); `container` refers to other blocks (PM8). */
  readonly storage:
    | { readonly kind: 'marker'; readonly type: string | null }
    | { readonly kind: 'container' };
  /** Whether the numbers of an ordered list continue behind the block (RD10). */
  readonly continuesLists: boolean;
  toHtml(block: B, html: HtmlWriter): string;
  toMarkdown(block: B, markdown: MarkdownWriter): string;
  /** Lines of readable text. */
  toText(block: B, text: TextWriter): string[];
  readonly fromMarkdown: MarkdownRules;
}

export interface MarkDefinition {
  readonly since: number;
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  readonly editor: Partial<MarkConfig>;
  toHtml(html: string, mark: Mark): string;
  /** Null for a mark that is more than delimiters; the inline reader and writer then know it by name. */
  readonly markdown: MarkdownDelimiters | null;
}

export interface MarkdownDelimiters {
  /** The type of marked's token. */
  readonly token: 'strong' | 'em' | 'del';
  readonly delimiter: string;
  /** HTML tags that are read as the mark. The first is written where delimiters would not be read as such. */
  readonly tags: readonly [string, ...string[]];
}

/** Readers by marked's token type. A reader returns null to leave the token to the next definition in the table. */
export type MarkdownRules = {
  readonly [T in MarkedToken['type']]?: (
    token: Extract<MarkedToken, { readonly type: T }>,
    reader: MarkdownReader,
  ) => Iterable<Block> | null;
};

export interface MarkdownReader {
  /** The number of lists around the token. */
  readonly indent: number;
  readonly inline: (tokens: readonly Token[]) => Inline[];
  readonly tableRow: (cells: readonly Tokens.TableCell[]) => Inline[];
  readonly blocks: (tokens: readonly Token[], indent: number) => Iterable<Block>;
}

export interface MarkdownWriter {
  /** The lines of inline content, one for each hard break. */
  readonly lines: (content: readonly Inline[] | undefined) => string[];
  readonly blocks: (blocks: readonly Block[] | undefined) => string;
}

export interface HtmlWriter {
  readonly inline: (content: readonly Inline[] | undefined) => string;
  readonly blocks: (blocks: readonly Block[] | undefined) => string;
}

export interface TextWriter {
  /** The block's number, if it is an item of an ordered list. */
  readonly number: number | null;
  readonly lines: (blocks: readonly Block[] | undefined) => string[];
}

export function oneOf(values: readonly unknown[]): AttributeRule {
  return (value) => (values.includes(value) ? 1 : null);
}

export function integer(least: number, most: number): AttributeRule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? 1 : null;
}

export function matches(pattern: RegExp): AttributeRule {
  return (value) => (typeof value === 'string' && pattern.test(value) ? 1 : null);
}

const BLOCK_ID = /^[\w-]{1,64}$/;

/** The rule for ids of blocks, containers and slots. */
export const blockId = matches(BLOCK_ID);

export function isBlockId(value: unknown): value is string {
  return typeof value === 'string' && BLOCK_ID.test(value);
}
