import { safeHref } from '@tandem/document';
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

/** What a link command works on: the selection, or the whole link around the caret. */
export function linkTarget(state: EditorState): LinkRange | null {
  const { from, to, empty, $from } = state.selection;
  if (empty) return linkAt($from);
  let href = '';
  state.doc.nodesBetween(from, to, (node) => {
    const mark = state.schema.marks['link']!.isInSet(node.marks);
    if (mark) href ||= hrefOf(mark);
  });
  return { from, to, href };
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
  return /^(https?:\/\/|mailto:)\S+$/i.test(href) ? safeHref(href) : null;
}

function hrefOf(mark: Mark): string {
  return String(mark.attrs['href'] ?? '');
}

function offsetOf($pos: ResolvedPos, index: number): number {
  return $pos.posAtIndex(index, $pos.depth);
}
