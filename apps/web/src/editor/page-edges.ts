import type { Node } from '@tiptap/pm/model';
import { AllSelection, type Command, Selection, TextSelection } from '@tiptap/pm/state';

/**
 * Caret movement to the first or last text of the page. Browsers stop at non-editable elements such
 * as the code language picker.
 */

type Edge = 'start' | 'end';

export function goToEdge(edge: Edge): Command {
  return ({ tr, doc }, dispatch) => {
    dispatch?.(tr.setSelection(at(doc, edge)).scrollIntoView());
    return true;
  };
}

export function selectToEdge(edge: Edge): Command {
  return ({ tr, doc, selection }, dispatch) => {
    const { $head } = at(doc, edge);
    dispatch?.(tr.setSelection(TextSelection.between(selection.$anchor, $head)).scrollIntoView());
    return true;
  };
}

export function leaveAll(edge: Edge): Command {
  return (state, dispatch) =>
    state.selection instanceof AllSelection && goToEdge(edge)(state, dispatch);
}

function at(doc: Node, edge: Edge): Selection {
  return edge === 'start' ? Selection.atStart(doc) : Selection.atEnd(doc);
}
