import { type AttributeRule, blockId, integer, oneOf } from './definition.ts';

export const KINDS = ['heading1', 'heading2', 'heading3'] as const;
export const LISTS = ['bullet', 'ordered', 'task'] as const;
export const MAX_INDENT = 8;
/** Markdown has room for nine digits. */
const MAX_START = 999_999_999;

export const textBlockAttributes = {
  id: blockId,
  kind: oneOf(KINDS),
  list: oneOf(LISTS),
  indent: integer({ least: 1, most: MAX_INDENT }),
  checked: oneOf([true]),
  start: integer({ least: 0, most: MAX_START }),
} satisfies Record<string, AttributeRule>;

export function headingLevel(kind: unknown): 1 | 2 | 3 | null {
  const index = (KINDS as readonly unknown[]).indexOf(kind);
  return index === -1 ? null : ((index + 1) as 1 | 2 | 3);
}
