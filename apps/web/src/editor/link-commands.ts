import { findLinks, safeHref } from '@tandem/document';
import type { Mark, ResolvedPos } from '@tiptap/pm/model';
import type { Command, EditorState } from '@tiptap/pm/state';

/** Links as text ranges: find, set and remove. */

export interface LinkRange {
  readonly from: number;
  readonly to: number;
  readonly href: string;
}

export function linkAt($pos: ResolvedPos): LinkRange | null {
  const type = $pos.doc.type.schema.marks['link']!;
  const { parent } = $pos;
  const inside = parent.childAfter($pos.parentOffset);
  const start =
    inside.node && type.isInSet(inside.node.marks) ? inside : parent.childBefore($pos.parentOffset);
  const mark = start.node ? type.isInSet(start.node.marks) : undefined;
  if (!mark) return null;
  let from = start.index;
  let to = start.index + 1;
  while (from > 0 && mark.isInSet(parent.child(from - 1).marks)) from--;
  while (to < parent.childCount && mark.isInSet(parent.child(to).marks)) to++;
  return { from: offsetOf($pos, from), to: offsetOf($pos, to), href: hrefOf(mark) };
}

export function linkTarget(state: EditorState): LinkRange | null {
  const { from, to, empty, $from } = state.selection;
  if (empty) return linkAt($from) ?? wordAt($from);
  let href = '';
  state.doc.nodesBetween(from, to, (node) => {
    const mark = state.schema.marks['link']!.isInSet(node.marks);
    if (mark) href ||= hrefOf(mark);
  });
  return { from, to, href };
}

const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * The word at or beside a position, by Unicode segmentation, which also covers languages without
 * spaces.
 */
function wordAt($pos: ResolvedPos): LinkRange | null {
  const { parent, parentOffset } = $pos;
  if (!parent.inlineContent || parent.type.spec.code) return null;
  const text = parent.textBetween(0, parent.content.size, undefined, '\ufffc');
  // Prefers the word that contains or follows the caret to the one before it.
  const found = [parentOffset, parentOffset - 1]
    .map((offset) => (offset < 0 ? undefined : WORDS.segment(text).containing(offset)))
    .find((segment) => segment?.isWordLike);
  if (!found) return null;
  const from = $pos.start() + found.index;
  return { from, to: from + found.segment.length, href: '' };
}

export function insertLink(words: string, href: string): Command {
  return (state, dispatch) => {
    const safe = safeHref(completeHref(href));
    if (!safe || words.trim() === '' || !state.selection.$from.parent.inlineContent) return false;
    const link = state.schema.mark('link', { href: safe });
    const tr = state.tr.replaceSelectionWith(state.schema.text(words.trim(), [link]), false);
    dispatch?.(tr.removeStoredMark(link.type).scrollIntoView());
    return true;
  };
}

export function setLink(range: { from: number; to: number }, href: string): Command {
  return (state, dispatch) => {
    const safe = safeHref(completeHref(href));
    if (!safe || range.from === range.to) return false;
    const link = state.schema.marks['link']!;
    dispatch?.(
      state.tr.addMark(range.from, range.to, link.create({ href: safe })).removeStoredMark(link),
    );
    return true;
  };
}

export function removeLink(range: { from: number; to: number }): Command {
  return (state, dispatch) => {
    dispatch?.(state.tr.removeMark(range.from, range.to, state.schema.marks['link']));
    return true;
  };
}

/** Completes "example.org" to a web address, and "me@example.org" to `mailto:`. */
export function completeHref(text: string): string {
  const href = text.trim();
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(href)) return `mailto:${href}`;
  return /^[\w-]+(\.[\w-]+)+([/?#:]|$)/.test(href) ? `https://${href}` : href;
}

export function asHref(text: string): string | null {
  const href = text.trim();
  const [link] = findLinks(href);
  // A complete address may end with a character that would end a sentence within a text.
  const isWhole = link?.index === 0 && /^[.,;:!?'*_~]*$/.test(href.slice(link.text.length));
  return isWhole ? safeHref(href) : null;
}

function hrefOf(mark: Mark): string {
  return String(mark.attrs['href'] ?? '');
}

function offsetOf($pos: ResolvedPos, index: number): number {
  return $pos.posAtIndex(index, $pos.depth);
}
