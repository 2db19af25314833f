import type { MarkSpec, NodeSpec } from '@tiptap/pm/model';
import type { MarkedToken, Token, Tokens } from 'marked';
import type { Block, Inline, Mark } from '../blocks.ts';

/**
 * The shape of a definition in this folder. Validation, the reading and writing of pages, HTML,
 * Markdown, plain text and the editor's schema are all derived from the definitions. Definitions
 * are data: the server uses them without an editor.
 */

/**
 * Returns the schema version from which a value may be stored, or null if it never may. A value that
 * joins an older attribute has a rule of its own: `(value) => old(value) ?? oneOf(['new'], 2)(value)`.
 */
export type AttributeRule = (value: unknown) => number | null;

/** What the editor's schema needs besides the fields of the definition. */
export type EditorNode = Pick<
  NodeSpec,
  | 'atom'
  | 'code'
  | 'defining'
  | 'draggable'
  | 'isolating'
  | 'linebreakReplacement'
  | 'parseDOM'
  | 'selectable'
  | 'toDOM'
>;

export type EditorMark = Pick<MarkSpec, 'code' | 'excludes' | 'inclusive' | 'parseDOM' | 'toDOM'>;

export interface NodeDefinition {
  readonly since: number;
  readonly group?: 'block' | 'inline';
  readonly content: string;
  /** '_' allows every mark, '' none. */
  readonly marks: '_' | '';
  /** Each attribute defaults to null, which is never stored. */
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  readonly editor: EditorNode;
}

export interface BlockDefinition<B extends Block = Block> extends NodeDefinition {
  /**
   * `marker` is the `type` field of the block's marker (PM5); `container` refers to other blocks
   * (PM8).
   */
  readonly storage:
    | { readonly kind: 'marker'; readonly type: string | null }
    | { readonly kind: 'container' };
  /** True if the numbers of an ordered list continue after the block (RD10). */
  readonly continuesLists: boolean;
  toHtml(block: B, html: HtmlWriter): string;
  toMarkdown(block: B, markdown: MarkdownWriter): string;
  toText(block: B, text: TextWriter): string[];
  readonly fromMarkdown: MarkdownRules;
}

export interface MarkDefinition {
  readonly since: number;
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  readonly editor: EditorMark;
  toHtml(html: string, mark: Mark, writer: Pick<HtmlWriter, 'linkRelation'>): string;
  /** Null for a mark that is more than delimiters; the inline reader and writer know it by name. */
  readonly markdown: MarkdownDelimiters | null;
}

export interface MarkdownDelimiters {
  readonly token: 'strong' | 'em' | 'del';
  readonly delimiter: string;
  /**
   * HTML tags that are read as the mark. The first is written where delimiters would not be read as
   * such.
   */
  readonly tags: readonly [string, ...string[]];
}

/**
 * Readers by marked's token type. A reader returns null to pass the token to the next definition.
 */
export type MarkdownRules = {
  readonly [T in MarkedToken['type']]?: (
    token: Extract<MarkedToken, { readonly type: T }>,
    reader: MarkdownReader,
  ) => Iterable<Block> | null;
};

export interface MarkdownReader {
  readonly indent: number;
  readonly inline: (tokens: readonly Token[]) => Inline[];
  readonly tableRow: (cells: readonly Tokens.TableCell[]) => Inline[];
  readonly blocks: (tokens: readonly Token[], indent: number) => Iterable<Block>;
}

/**
 * Where a reader outside of the product finds an uploaded file; null where there is no such place. Without it, a file
 * is written in the product's own form, which only the product reads.
 */
export type FileAddress = (file: string) => string | null;

export interface MarkdownWriter {
  readonly fileAddress: FileAddress | null;
  readonly lines: (content: readonly Inline[] | undefined) => string[];
  readonly blocks: (blocks: readonly Block[] | undefined) => string;
}

/** The relation (`rel`) of a link to an address; null where its words are written without a link. */
export type LinkRelation = (href: string) => string | null;

export interface HtmlWriter {
  readonly fileAddress: FileAddress | null;
  readonly linkRelation: LinkRelation | null;
  readonly hasFileData: boolean;
  readonly inline: (content: readonly Inline[] | undefined) => string;
  readonly blocks: (blocks: readonly Block[] | undefined) => string;
  /** Returns the HTML as it is, and ends the writing of a page that has become too long. */
  readonly bounded: (html: string) => string;
}

export interface TextWriter {
  readonly number: number | null;
  readonly lines: (blocks: readonly Block[] | undefined) => string[];
}

/** @param since here and below: the schema version that introduced the values */
export function oneOf(values: readonly unknown[], since = 1): AttributeRule {
  return (value) => (values.includes(value) ? since : null);
}

export function integer(
  { least, most }: { readonly least: number; readonly most: number },
  since = 1,
): AttributeRule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? since
      : null;
}

export function matches(pattern: RegExp, since = 1): AttributeRule {
  return (value) => (typeof value === 'string' && pattern.test(value) ? since : null);
}

const BLOCK_ID = /^[\w-]{1,64}$/;

export const blockId = matches(BLOCK_ID);

export function isBlockId(value: unknown): value is string {
  return typeof value === 'string' && BLOCK_ID.test(value);
}
