import type { ResolvedPos } from '@tiptap/pm/model';
import { type Command, TextSelection, type Transaction } from '@tiptap/pm/state';

import { newBlockId } from './new-block-id.ts';
import { CODE_INDENT } from './limits.ts';
import { throughSections } from './section-commands.ts';

/** Commands inside a code block; each passes outside of one. */

/** Enter: a new line as far in as this one; on an empty last line, a paragraph after the block. */
export const enterInCode = throughSections((state, dispatch) => {
  const { $from, $to, empty } = state.selection;
  if (!inCode($from) || !$from.sameParent($to)) return false;
  const text = $from.parent.textContent;
  const { tr } = state;
  if (empty && $from.parentOffset === text.length && /\n\s*$/.test(text)) {
    dispatch?.(leave(tr.delete($from.end() - (text.length - text.trimEnd().length), $from.end())));
    return true;
  }
  const indent = /^[ \t]*/.exec(lineBefore($from))?.[0] ?? '';
  dispatch?.(tr.insertText(`\n${indent}`).scrollIntoView());
  return true;
});

/** Tab and Shift-Tab: the selected lines move in or out; without a selection, Tab writes spaces. */
export function indentCode(direction: 1 | -1): Command {
  return (state, dispatch) => {
    const { $from, $to, empty } = state.selection;
    if (!inCode($from) || !$from.sameParent($to)) return false;
    const { tr } = state;
    if (empty && direction > 0) {
      dispatch?.(tr.insertText(CODE_INDENT));
      return true;
    }
    for (const line of linesBetween($from, $to).toReversed()) {
      if (direction > 0) tr.insertText(CODE_INDENT, line.pos);
      else if (line.indent > 0)
        tr.delete(line.pos, line.pos + Math.min(line.indent, CODE_INDENT.length));
    }
    if (tr.docChanged) dispatch?.(tr);
    return true;
  };
}

/** Leaves the block downwards, into a paragraph that is made if there is none. */
export const leaveCode = throughSections((state, dispatch) => {
  if (!inCode(state.selection.$from)) return false;
  dispatch?.(leave(state.tr.setSelection(TextSelection.create(state.doc, state.selection.head))));
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

/** Backspace in an empty block makes it a paragraph. */
export const backspaceInCode: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || !inCode($from) || $from.parentOffset > 0 || $from.parent.content.size > 0)
    return false;
  const attrs = { id: $from.parent.attrs['id'] as unknown };
  dispatch?.(state.tr.setBlockType($from.pos, $from.pos, state.schema.nodes['textBlock']!, attrs));
  return true;
};

function inCode($pos: ResolvedPos): boolean {
  return Boolean($pos.parent.type.spec.code);
}

function leave(tr: Transaction): Transaction {
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

function linesBetween($from: ResolvedPos, $to: ResolvedPos): { pos: number; indent: number }[] {
  const text = $from.parent.textContent;
  const lines: { pos: number; indent: number }[] = [];
  let offset = $from.parentOffset - lineBefore($from).length;
  // A selection that ends at the start of a line has nothing of that line.
  do {
    const indent = /^ */.exec(text.slice(offset))?.[0].length ?? 0;
    lines.push({ pos: $from.start() + offset, indent });
    offset = text.indexOf('\n', offset) + 1;
  } while (offset > 0 && offset < $to.parentOffset);
  return lines;
}
