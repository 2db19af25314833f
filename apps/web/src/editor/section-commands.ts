import { type Command, EditorState, Selection, type Transaction } from '@tiptap/pm/state';

import { joinAt } from './section-cutting.ts';
import { isSectioned } from './sections.ts';

/**
 * Runs a command as if sections did not exist: the selection's section is joined with its
 * neighbours where the selection touches their edges.
 */
export function throughSections(command: Command): Command {
  return (state, dispatch, view) => {
    const tr = joinSections(state);
    if (!tr.docChanged) return command(state, dispatch, view);
    const { doc, selection } = tr;
    const joined = EditorState.create({ doc, selection, storedMarks: state.storedMarks });
    const run = (made: Transaction): void => {
      for (const step of made.steps) tr.step(step);
      tr.setSelection(Selection.fromJSON(tr.doc, made.selection.toJSON()));
      if (made.storedMarksSet) tr.setStoredMarks(made.storedMarks);
      if (made.scrolledIntoView) tr.scrollIntoView();
      dispatch?.(tr);
    };
    // Omits the view, whose positions are those of the page before the join.
    return command(joined, dispatch && run);
  };
}

function joinSections({ doc, selection, tr }: EditorState): Transaction {
  if (!isSectioned(doc)) return tr;
  const { $from, $to } = selection;
  const isAtStart = $from.depth > 0 && $from.index(1) === 0;
  const isAtEnd = $to.depth > 0 && $to.index(1) >= $to.node(1).childCount - 1;
  const first = Math.max(0, $from.index(0) - (isAtStart ? 1 : 0));
  const last = Math.min(doc.childCount - 1, $to.index(0) + (isAtEnd ? 1 : 0));
  let count = 0;
  const edges = doc.children.map(({ childCount }) => (count += childCount));
  joinAt(tr, edges.slice(first, last));
  return tr;
}
