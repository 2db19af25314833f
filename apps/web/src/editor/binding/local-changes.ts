import type { Node } from '@tiptap/pm/model';
import type { EditorState, Selection, Transaction } from '@tiptap/pm/state';
import { ReplaceStep, type Step, type StepMap } from '@tiptap/pm/transform';

/** What the view holds that the page does not yet: plugin state, which ProseMirror may compute and drop. */
export interface LocalChanges {
  readonly maps: readonly StepMap[];
  /** Text and splits, as opposed to changes of attributes, marks and wrappers. */
  readonly isTyping: boolean;
  /** False when no part of the changes is to be undone. */
  readonly isUndoable: boolean;
  readonly selectionBefore: Selection | null;
}

export const NO_CHANGES: LocalChanges = {
  maps: [],
  isTyping: true,
  isUndoable: false,
  selectionBefore: null,
};

/** The changes with one more; they begin again at the document that the page shows. */
export function addChange(
  changes: LocalChanges,
  tr: Transaction,
  { before, shown }: { readonly before: EditorState; readonly shown: Node | undefined },
): LocalChanges {
  const earlier = before.doc === shown ? NO_CHANGES : changes;
  if (!tr.docChanged) return earlier;
  return {
    maps: [...earlier.maps, ...tr.mapping.maps],
    isTyping: earlier.isTyping && tr.getMeta('paste') !== true && tr.steps.every(isTypingStep),
    isUndoable: earlier.isUndoable || tr.getMeta('addToHistory') !== false,
    selectionBefore: earlier.selectionBefore ?? before.selection,
  };
}

/** Whole blocks that come are a command's: a move, a paste, a line. */
function isTypingStep(step: Step): boolean {
  if (!(step instanceof ReplaceStep)) return false;
  const { content, openStart } = step.slice;
  return openStart > 0 || !content.firstChild?.isBlock;
}
