import type { Block, Mark } from './blocks.ts';
import { codeBlock } from './nodes/code-block.ts';
import {
  type AttributeRule,
  type BlockDefinition,
  blockId,
  type MarkDefinition,
  type NodeDefinition,
  oneOf,
} from './nodes/definition.ts';
import { divider } from './nodes/divider.ts';
import { file } from './nodes/file.ts';
import { image } from './nodes/image.ts';
import { doc, hardBreak, text } from './nodes/inline.ts';
import { bold, code, italic, link, strike } from './nodes/marks.ts';
import { quote } from './nodes/quote.ts';
import { textBlock } from './nodes/text-block.ts';

/**
 * The nodes and marks of a page, each defined in `nodes/`. Add nodes, marks and attributes with the
 * next `SCHEMA_VERSION`; never remove or rename one.
 */

/** The newest version that this code understands: the highest `since` of any definition. */
export const SCHEMA_VERSION = 2;

export { isBlockId } from './nodes/definition.ts';
export { headingLevel, KINDS, LISTS, MAX_INDENT } from './nodes/text-block-attributes.ts';

/** The first is the editor's default block. A Markdown token goes to the last that accepts it. */
export const BLOCKS = { textBlock, quote, codeBlock, divider, image, file } satisfies {
  [T in Block['type']]: BlockDefinition<Extract<Block, { readonly type: T }>>;
};

export const NODES: Readonly<Record<NodeName, NodeDefinition>> = {
  doc,
  ...BLOCKS,
  text,
  hardBreak,
};

/** Ordered as marks nest, outermost first. */
export const MARKS: { readonly [T in Mark['type']]: MarkDefinition } = {
  link,
  bold,
  italic,
  strike,
  code,
};

export type BlockName = keyof typeof BLOCKS;
export type NodeName = BlockName | 'doc' | 'text' | 'hardBreak';
export type MarkName = keyof typeof MARKS;

export const MARK_NAMES = Object.keys(MARKS) as readonly MarkName[];
const BLOCK_NAMES = Object.keys(BLOCKS) as readonly BlockName[];

export function definitionOf({ type }: Pick<Block, 'type'>): BlockDefinition {
  return BLOCKS[type];
}

export function findBlockDefinition(name: string): BlockDefinition | null {
  return Object.hasOwn(BLOCKS, name) ? BLOCKS[name as BlockName] : null;
}

/** Blocks with markers, by the marker's `type` field; '' for a marker without one (PM5). */
const STORED_BLOCKS: ReadonlyMap<string, BlockName> = new Map(
  BLOCK_NAMES.flatMap((name) => {
    const { storage }: BlockDefinition = BLOCKS[name];
    return storage.kind === 'marker' ? [[storage.type ?? '', name] as const] : [];
  }),
);

export function blockOfType(type: string | null): BlockName {
  return STORED_BLOCKS.get(type ?? '') ?? 'textBlock';
}

export function holdsText(type: string | null): boolean {
  return NODES[blockOfType(type)].content !== '';
}

export function attributeNames(name: BlockName): readonly string[] {
  return ATTRIBUTE_NAMES[name];
}

const ATTRIBUTE_NAMES = Object.fromEntries(
  BLOCK_NAMES.map((name) => [
    name,
    Object.keys(NODES[name].attributes).filter((attribute) => attribute !== 'id'),
  ]),
) as Record<string, readonly string[]> as Readonly<Record<BlockName, readonly string[]>>;

/** Rules for the fields of a marker and the attributes of a block (PM3, PM4). */
const BLOCK_RULES: Readonly<Record<string, AttributeRule>> = {
  type: (value) =>
    typeof value === 'string' && value !== '' && STORED_BLOCKS.has(value)
      ? NODES[STORED_BLOCKS.get(value)!].since
      : null,
  ...Object.fromEntries(
    BLOCK_NAMES.flatMap((name) =>
      attributeNames(name).map((attribute) => [attribute, NODES[name].attributes[attribute]!]),
    ),
  ),
  in: blockId,
  at: blockId,
  free: oneOf([true]),
};

export const BLOCK_ATTRIBUTES: readonly string[] = Object.keys(BLOCK_RULES);

/** The schema version from which a block may store the value, or null. Safe for hostile names. */
export function blockAttributeVersion(name: string, value: unknown): number | null {
  return Object.hasOwn(BLOCK_RULES, name) ? BLOCK_RULES[name]!(value) : null;
}

export function isMarkName(name: string): name is MarkName {
  return Object.hasOwn(MARKS, name);
}

/**
 * The schema version from which a mark may store the value, or null. A mark with attributes is
 * stored as an object of exactly these, any other as true (PM6).
 */
export function markVersion(mark: MarkName, value: unknown): number | null {
  const { since, attributes } = MARKS[mark];
  const names = Object.keys(attributes);
  if (names.length === 0) return value === true ? since : null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const values = value as Record<string, unknown>;
  if (Object.keys(values).length !== names.length) return null;
  let version = since;
  for (const name of names) {
    const needed = Object.hasOwn(values, name) ? attributes[name]!(values[name]) : null;
    if (needed === null) return null;
    version = Math.max(version, needed);
  }
  return version;
}
