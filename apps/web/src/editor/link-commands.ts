import { findLinks, safeHref } from '@tandem/document';
import type { Mark, ResolvedPos } from '@tiptap/pm/model';
import type { Command, EditorState } from '@tiptap/pm/state';

/** Links as ranges of text: finding the one at a place, setting and removing it. */

export interface LinkRange {
  readonly from: number;
  readonly to: number;
  readonly href: string;
}

/** The whole link around a position; null where there is none. */
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

/** The range of a link command: the selection, or the link or word around the caret; null where there is neither. */
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

/** The word that a position is in or beside, as Unicode divides words, so also in languages without spaces. */
function wordAt($pos: ResolvedPos): LinkRange | null {
  const { parent, parentOffset } = $pos;
  if (!parent.inlineContent || parent.type.spec.code) return null;
  const text = parent.textBetween(0, parent.content.size, undefined, '\ufffc');
  // The word that the caret is in, or before, rather than the one behind it.
  const found = [parentOffset, parentOffset - 1]
    .map((offset) => (offset < 0 ? undefined : WORDS.segment(text).containing(offset)))
    .find((segment) => segment?.isWordLike);
  if (!found) return null;
  const from = $pos.start() + found.index;
  return { from, to: from + found.segment.length, href: '' };
}

/** Puts words that lead to `href` at the caret; refuses an address that is not safe to follow. */
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

/** Links the range to `href`; refuses an address that is not safe to follow. */
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

/** What a person means by "example.org": an address without a scheme is one of the web, or of mail. */
export function completeHref(text: string): string {
  const href = text.trim();
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(href)) return `mailto:${href}`;
  return /^[\w-]+(\.[\w-]+)+([/?#:]|$)/.test(href) ? `https://${href}` : href;
}

/** The text as an address, if it is one from end to end; null otherwise. */
export function asHref(text: string): string | null {
  const href = text.trim();
  const [link] = findLinks(href);
  // As a whole, an address may end with a sign that would end a sentence in a text.
  const isWhole = link?.index === 0 && /^[.,;:!?'*_~]*$/.test(href.slice(link.text.length));
  return isWhole ? safeHref(href) : null;
}

function hrefOf(mark: Mark): string {
  return String(mark.attrs['href'] ?? '');
}

function offsetOf($pos: ResolvedPos, index: number): number {
  return $pos.posAtIndex(index, $pos.depth);
}
