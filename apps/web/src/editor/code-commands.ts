import type { Node, ResolvedPos } from '@tiptap/pm/model';
import { type Command, Selection, TextSelection, type Transaction } from '@tiptap/pm/state';

import { newBlockId } from './new-block-id.ts';
import { CODE_INDENT } from './limits.ts';
import { throughSections } from './section-commands.ts';

/** Commands inside a code block; each passes outside of one. */

/** Enter: a new line as far in as this one. Behind two empty lines at the end, a paragraph in their place. */
export const enterInCode = throughSections((state, dispatch) => {
  const { $from, $to, empty } = state.selection;
  if (!inCode($from) || !$from.sameParent($to)) return false;
  const { tr } = state;
  const blank = /\n[ \t]*\n[ \t]*$/.exec($from.parent.textContent)?.[0];
  if (empty && blank !== undefined && $from.pos === $from.end()) {
    dispatch?.(leaveBelow(tr.delete($from.end() - blank.length, $from.end())));
    return true;
  }
  const indent = /^[ \t]*/.exec(lineBefore($from))?.[0] ?? '';
  dispatch?.(tr.insertText(`\n${indent}`).scrollIntoView());
  return true;
});

/** Tab and Shift-Tab: the selected lines move in or out; without a selection, Tab writes spaces, or a tab among tabs. */
export function indentCode(direction: 1 | -1): Command {
  return (state, dispatch) => {
    const { $from, $to, empty } = state.selection;
    if (!inCode($from) || !$from.sameParent($to)) return false;
    const { tr } = state;
    const indent = /^\t/m.test($from.parent.textContent) ? '\t' : CODE_INDENT;
    if (empty && direction > 0) {
      dispatch?.(tr.insertText(indent));
      return true;
    }
    for (const line of linesBetween($from, $to).toReversed()) {
      if (direction > 0) tr.insertText(indent, line.pos);
      else if (line.outdent > 0) tr.delete(line.pos, line.pos + line.outdent);
    }
    if (tr.docChanged) dispatch?.(tr);
    return true;
  };
}

/** Leaves the block downwards, into a paragraph that is made if there is none. */
export const leaveCode = throughSections((state, dispatch) => {
  if (!inCode(state.selection.$from)) return false;
  dispatch?.(
    leaveBelow(state.tr.setSelection(TextSelection.create(state.doc, state.selection.head))),
  );
  return true;
});

/** ArrowDown on the last line of a block that nothing follows. */
export const leaveCodeDown = throughSections((state, dispatch) => {
  const { $head, empty } = state.selection;
  if (!empty || !inCode($head) || $head.parent.textContent.slice($head.parentOffset).includes('\n'))
    return false;
  if (state.doc.resolve($head.after()).nodeAfter) return false;
  return leaveCode(state, dispatch);
});

/** Mod-Shift-Enter: a paragraph above the block. */
export const writeAboveCode = throughSections((state, dispatch) => {
  const { $head } = state.selection;
  if (!inCode($head)) return false;
  const above = state.schema.nodes['textBlock']!.create({ id: newBlockId() });
  const tr = state.tr.insert($head.before(), above);
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, $head.before() + 1)).scrollIntoView());
  return true;
});

/** ArrowUp at the start of a block that nothing stands before. */
export const leaveCodeUp = throughSections((state, dispatch) => {
  const { $head, empty } = state.selection;
  if (!empty || !inCode($head) || $head.parentOffset > 0) return false;
  return !state.doc.resolve($head.before()).nodeBefore && writeAboveCode(state, dispatch);
});

/** Backspace at the start of a block: an empty one becomes a paragraph, another stays code and the caret goes before it. */
export const backspaceInCode = throughSections((state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !inCode($from) || $from.parentOffset > 0) return false;
  const { tr } = state;
  if ($from.parent.content.size === 0) {
    const attrs = { id: $from.parent.attrs['id'] as unknown };
    dispatch?.(tr.setBlockType($from.pos, $from.pos, state.schema.nodes['textBlock']!, attrs));
    return true;
  }
  const before = $from.before();
  const previous = state.doc.resolve(before).nodeBefore;
  if (previous && isEmptyOrLine(previous)) tr.delete(before - previous.nodeSize, before);
  else if (previous) tr.setSelection(Selection.near(state.doc.resolve(before), -1));
  dispatch?.(tr.scrollIntoView());
  return true;
});

/** Delete at the end of code, and of a text before code: code and text are not joined. */
export const deleteBesideCode = throughSections((state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !$from.parent.isTextblock || $from.pos < $from.end()) return false;
  const after = $from.after();
  const next = state.doc.resolve(after).nodeAfter;
  if (!inCode($from) && !next?.type.spec.code) return false;
  const { tr } = state;
  if (next && isEmptyOrLine(next)) tr.delete(after, after + next.nodeSize);
  else if (next && $from.parent.content.size === 0) tr.delete($from.before(), after);
  else if (next) tr.setSelection(Selection.near(state.doc.resolve(after), 1));
  dispatch?.(tr.scrollIntoView());
  return true;
});

/** Mod-a in code selects the code first. */
export const selectCode: Command = (state, dispatch) => {
  const { $from, $to, from, to } = state.selection;
  if (!inCode($from) || !$from.sameParent($to)) return false;
  if (from === $from.start() && to === $from.end()) return false;
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, $from.start(), $from.end())));
  return true;
};

/** A divider or an empty block, which one key deletes as a whole. */
function isEmptyOrLine(node: Node): boolean {
  return node.type.name === 'divider' || (node.isTextblock && node.content.size === 0);
}

function inCode($pos: ResolvedPos): boolean {
  return Boolean($pos.parent.type.spec.code);
}

function leaveBelow(tr: Transaction): Transaction {
  const { $head } = tr.selection;
  const after = $head.after();
  const next = tr.doc.resolve(after).nodeAfter;
  if (!next?.isTextblock || next.type.spec.code) {
    tr.insert(after, tr.doc.type.schema.nodes['textBlock']!.create({ id: newBlockId() }));
  }
  return tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView();
}

function lineBefore($pos: ResolvedPos): string {
  return $pos.parent.textContent.slice(0, $pos.parentOffset).split('\n').at(-1) ?? '';
}

/** The indent that Shift-Tab removes from a line. */
const LINE_INDENT = /^(?:\t| *)/;

function linesBetween($from: ResolvedPos, $to: ResolvedPos): { pos: number; outdent: number }[] {
  const text = $from.parent.textContent;
  const lines: { pos: number; outdent: number }[] = [];
  let offset = $from.parentOffset - lineBefore($from).length;
  // A selection that ends at the start of a line has nothing of that line.
  do {
    const [outdent] = LINE_INDENT.exec(text.slice(offset, offset + CODE_INDENT.length))!;
    lines.push({ pos: $from.start() + offset, outdent: outdent.length });
    offset = text.indexOf('\n', offset) + 1;
  } while (offset > 0 && offset < $to.parentOffset);
  return lines;
}
