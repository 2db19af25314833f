import { safeHref } from './href.ts';

/**
 * What a page is made of. These tables are the only place that says so: the server's validation, the reading and
 * writing of pages and the editor's schema are derived from them. `content` and `marks` are ProseMirror expressions.
 *
 * Changing them is a new `SCHEMA_VERSION`. Add nodes, marks and attributes; never remove or rename one.
 */

export const SCHEMA_VERSION = 1;

export type AttributeCheck = (value: unknown) => boolean;

export interface NodeSpec {
  readonly group?: 'block' | 'inline';
  readonly content: string;
  /** '_' for any mark, '' for none. */
  readonly marks: '_' | '';
  /** Values that may be stored. Each attribute defaults to null, which is never stored. */
  readonly attributes: Readonly<Record<string, AttributeCheck>>;
}

export interface MarkSpec {
  readonly attributes: Readonly<Record<string, AttributeCheck>>;
  /** Several may cover one text (comments); each is then stored under its name and a hash. */
  readonly overlaps: boolean;
}

export const KINDS = ['heading1', 'heading2', 'heading3'] as const;
export const LISTS = ['bullet', 'ordered', 'task'] as const;
export const MAX_INDENT = 8;
/** The largest number at which a list may start: Markdown has room for nine digits. */
export const MAX_START = 999_999_999;

const BLOCK_ID = /^[\w-]{1,64}$/;
const id = matches(BLOCK_ID);

/** An id of a block, container or slot. */
export function isBlockId(value: unknown): value is string {
  return typeof value === 'string' && BLOCK_ID.test(value);
}

/** The first block is the one that an editor creates when it needs any block. */
export const NODES = {
  doc: { content: 'block+', marks: '', attributes: {} },
  textBlock: {
    group: 'block',
    content: 'inline*',
    marks: '_',
    attributes: {
      id,
      kind: oneOf(KINDS),
      list: oneOf(LISTS),
      indent: integer(1, MAX_INDENT),
      checked: oneOf([true]),
      start: integer(0, MAX_START),
    },
  },
  quote: { group: 'block', content: 'block+', marks: '', attributes: { id } },
  codeBlock: {
    group: 'block',
    content: 'text*',
    marks: '',
    attributes: { id, language: matches(/^[\w#+.-]{1,40}$/) },
  },
  divider: { group: 'block', content: '', marks: '', attributes: { id } },
  text: { group: 'inline', content: '', marks: '', attributes: {} },
  hardBreak: { group: 'inline', content: '', marks: '', attributes: {} },
} satisfies Record<string, NodeSpec>;

/** In the order in which they nest, outermost first. */
export const MARKS = {
  link: {
    attributes: { href: (value) => value !== null && safeHref(value) === value },
    overlaps: false,
  },
  bold: { attributes: {}, overlaps: false },
  italic: { attributes: {}, overlaps: false },
  strike: { attributes: {}, overlaps: false },
  code: { attributes: {}, overlaps: false },
} satisfies Record<string, MarkSpec>;

export type NodeName = keyof typeof NODES;
export type MarkName = keyof typeof MARKS;

export const MARK_NAMES = Object.keys(MARKS) as readonly MarkName[];

/** The node of each stored `type`; a block without a type is a `textBlock`. */
export const BLOCK_TYPES = { code: 'codeBlock', divider: 'divider' } as const;

/** What a marker and the attributes of a block may say, in the order in which they are read (PM3, PM4). */
const BLOCK_CHECKS = {
  type: oneOf(Object.keys(BLOCK_TYPES)),
  kind: NODES.textBlock.attributes.kind,
  list: NODES.textBlock.attributes.list,
  indent: NODES.textBlock.attributes.indent,
  checked: NODES.textBlock.attributes.checked,
  start: NODES.textBlock.attributes.start,
  language: NODES.codeBlock.attributes.language,
  in: id,
  at: id,
  free: oneOf([true]),
} satisfies Record<string, AttributeCheck>;

export type BlockAttribute = keyof typeof BLOCK_CHECKS;

export const BLOCK_ATTRIBUTES = Object.keys(BLOCK_CHECKS) as readonly BlockAttribute[];

/** Whether a block may store the value under the name. Safe for hostile names. */
export function isBlockAttribute(name: string, value: unknown): boolean {
  return Object.hasOwn(BLOCK_CHECKS, name) && BLOCK_CHECKS[name as BlockAttribute](value);
}

/** The mark's row and bare name for a key of a format, or null. Safe for hostile names. */
export function markSpec(key: string): { readonly name: MarkName; readonly spec: MarkSpec } | null {
  const hashed = HASHED_MARK.exec(key)?.[1];
  const name = hashed ?? key;
  if (!Object.hasOwn(MARKS, name)) return null;
  const spec: MarkSpec = MARKS[name as MarkName];
  return hashed === undefined || spec.overlaps ? { name: name as MarkName, spec } : null;
}

/** The level of a heading's kind; null for every other value, however hostile. */
export function headingLevel(kind: unknown): 1 | 2 | 3 | null {
  const index = (KINDS as readonly unknown[]).indexOf(kind);
  return index === -1 ? null : ((index + 1) as 1 | 2 | 3);
}

/** The value that is stored for a mark: its attributes, or true for a mark that has none (PM6). */
export function isMarkValue({ attributes }: MarkSpec, value: unknown): boolean {
  const names = Object.keys(attributes);
  if (names.length === 0) return value === true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const values = value as Record<string, unknown>;
  return (
    Object.keys(values).length === names.length &&
    names.every((name) => Object.hasOwn(values, name) && attributes[name]!(values[name]))
  );
}

/** The suffix of marks that overlap themselves. */
const HASHED_MARK = /^(.+)--[a-zA-Z0-9+/=]{8}$/;

function oneOf(values: readonly unknown[]): AttributeCheck {
  return (value) => values.includes(value);
}

function integer(least: number, most: number): AttributeCheck {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function matches(pattern: RegExp): AttributeCheck {
  return (value) => typeof value === 'string' && pattern.test(value);
}
