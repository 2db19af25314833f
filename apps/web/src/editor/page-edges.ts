import type { Node } from '@tiptap/pm/model';
import { AllSelection, type Command, Selection, TextSelection } from '@tiptap/pm/state';

/** The caret at the first and the last text of the page. Browsers stop at what cannot be edited, such as code's picker. */

type Edge = 'start' | 'end';

/** Mod-Home and Mod-End. */
export function goToEdge(edge: Edge): Command {
  return ({ tr, doc }, dispatch) => {
    dispatch?.(tr.setSelection(at(doc, edge)).scrollIntoView());
    return true;
  };
}

/** Mod-Shift-Home and Mod-Shift-End. */
export function selectToEdge(edge: Edge): Command {
  return ({ tr, doc, selection }, dispatch) => {
    const { $head } = at(doc, edge);
    dispatch?.(tr.setSelection(TextSelection.between(selection.$anchor, $head)).scrollIntoView());
    return true;
  };
}

/** An arrow when the whole page is selected. */
export function leaveAll(edge: Edge): Command {
  return (state, dispatch) =>
    state.selection instanceof AllSelection && goToEdge(edge)(state, dispatch);
}

function at(doc: Node, edge: Edge): Selection {
  return edge === 'start' ? Selection.atStart(doc) : Selection.atEnd(doc);
}
