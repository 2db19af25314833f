import { safeHref } from './href.ts';

/**
 * What a page is made of. This table is the only place that says so: the server's validation, the reading and writing
 * of pages and the editor's schema are derived from it.
 *
 * Changing it is a new `SCHEMA_VERSION`. Add nodes, marks and attributes; never remove or rename one, since an editor
 * that does not know a name deletes it for everyone. `content` and `marks` are ProseMirror expressions. Merging keeps
 * the kinds in `content`, but not its counts and order, so only the kinds are validated.
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
  /** Several may cover one text (comments); y-tiptap then stores each under its name and a hash. */
  readonly overlaps: boolean;
}

export const KINDS = ['heading1', 'heading2', 'heading3'] as const;
export const LISTS = ['bullet', 'ordered', 'task'] as const;
export const MAX_INDENT = 8;

const id = matches(/^[\w-]{1,64}$/);

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

/** The node's row, or null for a name that this version does not know. Safe for hostile names. */
export function nodeSpec(name: string): NodeSpec | null {
  return Object.hasOwn(NODES, name) ? NODES[name as NodeName] : null;
}

/** The mark's row and bare name for a formatting key of a Y.XmlText, or null. Safe for hostile names. */
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

/** Whether the parent may hold the child at all, wherever and however often. */
export function mayContain(parent: NodeName, child: NodeName): boolean {
  return childNames[parent].has(child);
}

/** y-tiptap's suffix of marks that overlap themselves. */
const HASHED_MARK = /^(.+)--[a-zA-Z0-9+/=]{8}$/;

const childNames = Object.fromEntries(
  Object.entries(NODES).map(([parent, { content }]: [string, NodeSpec]) => {
    const words = new Set(content.match(/\w+/g));
    const children = Object.entries(NODES).filter(
      ([name, spec]: [string, NodeSpec]) => words.has(name) || words.has(spec.group ?? ''),
    );
    return [parent, new Set(children.map(([name]) => name))];
  }),
) as unknown as Readonly<Record<NodeName, ReadonlySet<string>>>;

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
