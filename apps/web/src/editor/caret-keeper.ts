import type { Node, ResolvedPos } from '@tiptap/pm/model';

/**
 * Yjs moves text between blocks by deleting and inserting it, so a position in text that somebody else splits
 * off, joins or moves falls back to the edge of what is left. When the text is all there, only elsewhere, the
 * caret follows it. Every case asks for exact equality: a guess would move a caret away from where its owner types.
 */

interface Move {
  readonly before: Node;
  readonly after: Node;
  /** Where the caret was in `before`. */
  readonly from: number;
  /** Where Yjs thinks that is in `after`; null when it no longer knows. */
  readonly resolved: number | null;
}

/** The caret's position in `after`; always within it. */
export function followText(move: Move): number {
  const { before, after, from, resolved } = move;
  const $from = before.resolve(from);
  const fallback = resolved ?? Math.min(from, after.content.size);
  if (!$from.parent.isTextblock) return fallback;
  return followSplit($from, after, resolved) ?? followJoin($from, after, resolved) ?? fallback;
}

/** Somebody pressed Enter before the caret: the text after it is in the next block now. */
function followSplit($from: ResolvedPos, after: Node, resolved: number | null): number | null {
  if (resolved === null) return null;
  const $at = after.resolve(resolved);
  const kept = $at.parent;
  if (!kept.isTextblock || $at.depth === 0 || $at.parentOffset !== kept.content.size) return null;
  if ($from.parentOffset <= kept.content.size) return null;
  const next = after.resolve($at.after()).nodeAfter;
  if (!next?.isTextblock || textOf(kept) + textOf(next) !== textOf($from.parent)) return null;
  return $at.after() + 1 + $from.parentOffset - kept.content.size;
}

/** Somebody joined the caret's block to the one before it, or moved the block as a whole. */
function followJoin($from: ResolvedPos, after: Node, resolved: number | null): number | null {
  const { parent } = $from;
  const id: unknown = parent.attrs['id'];
  if (typeof id !== 'string') return null;
  if (resolved !== null && after.resolve(resolved).parent.attrs['id'] === id) return null;

  const moved = blockWithId(after, id);
  if (moved)
    return textOf(moved.node) === textOf(parent) ? moved.pos + 1 + $from.parentOffset : null;

  const previous = $from.depth > 0 ? $from.node(-1).maybeChild($from.index(-1) - 1) : null;
  const previousId: unknown = previous?.attrs['id'];
  if (!previous?.isTextblock || typeof previousId !== 'string') return null;
  const joined = blockWithId(after, previousId);
  if (!joined || textOf(joined.node) !== textOf(previous) + textOf(parent)) return null;
  return joined.pos + 1 + previous.content.size + $from.parentOffset;
}

function blockWithId(doc: Node, id: string): { node: Node; pos: number } | null {
  let found: { node: Node; pos: number } | null = null;
  doc.descendants((node, pos) => {
    if (found) return false;
    if (node.isTextblock && node.attrs['id'] === id) found = { node, pos };
    return !node.isTextblock;
  });
  return found;
}

/** One character for each step of the position, so that lengths and offsets agree. */
function textOf(block: Node): string {
  return block.textBetween(0, block.content.size, undefined, '\ufffc');
}
