import type { Node, ResolvedPos } from '@tiptap/pm/model';
import { type Command, Selection, TextSelection, type Transaction } from '@tiptap/pm/state';

import { newBlockId } from './new-block-id.ts';
import { CODE_INDENT } from './limits.ts';
import { throughSections } from './section-commands.ts';

/** Commands inside a code block; each returns `false` outside of one. */

/** Enter keeps the indent. After two empty lines at the end, it replaces them with a paragraph. */
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

/**
 * Tab and Shift-Tab: indents or outdents the selected lines. Tab without a selection inserts
 * spaces, or a tab in code that uses tabs.
 */
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

export const leaveCode = throughSections((state, dispatch) => {
  if (!inCode(state.selection.$from)) return false;
  dispatch?.(
    leaveBelow(state.tr.setSelection(TextSelection.create(state.doc, state.selection.head))),
  );
  return true;
});

export const leaveCodeDown = throughSections((state, dispatch) => {
  const { $head, empty } = state.selection;
  if (!empty || !inCode($head) || $head.parent.textContent.slice($head.parentOffset).includes('\n'))
    return false;
  if (state.doc.resolve($head.after()).nodeAfter) return false;
  return leaveCode(state, dispatch);
});

export const writeAboveCode = throughSections((state, dispatch) => {
  const { $head } = state.selection;
  if (!inCode($head)) return false;
  const above = state.schema.nodes['textBlock']!.create({ id: newBlockId() });
  const tr = state.tr.insert($head.before(), above);
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, $head.before() + 1)).scrollIntoView());
  return true;
});

export const leaveCodeUp = throughSections((state, dispatch) => {
  const { $head, empty } = state.selection;
  if (!empty || !inCode($head) || $head.parentOffset > 0) return false;
  return !state.doc.resolve($head.before()).nodeBefore && writeAboveCode(state, dispatch);
});

/**
 * Backspace at the start of code: an empty block becomes a paragraph, otherwise the caret moves
 * before the block.
 */
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

/** Delete at the end of code, or of a text before code: code and text are never joined. */
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

/** Mod-a in code selects the code first, and the page only when all of the code is selected. */
export const selectCode: Command = (state, dispatch) => {
  const { $from, $to, from, to } = state.selection;
  if (!inCode($from) || !$from.sameParent($to)) return false;
  if (from === $from.start() && to === $from.end()) return false;
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, $from.start(), $from.end())));
  return true;
};

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

const LINE_INDENT = /^(?:\t| *)/;

function linesBetween($from: ResolvedPos, $to: ResolvedPos): { pos: number; outdent: number }[] {
  const text = $from.parent.textContent;
  const lines: { pos: number; outdent: number }[] = [];
  let offset = $from.parentOffset - lineBefore($from).length;
  // A selection that ends at the start of a line does not include that line.
  do {
    const [outdent] = LINE_INDENT.exec(text.slice(offset, offset + CODE_INDENT.length))!;
    lines.push({ pos: $from.start() + offset, outdent: outdent.length });
    offset = text.indexOf('\n', offset) + 1;
  } while (offset > 0 && offset < $to.parentOffset);
  return lines;
}
