import type { Node } from '@tiptap/pm/model';
import type { EditorState, Selection, Transaction } from '@tiptap/pm/state';
import { ReplaceStep, type Step, type StepMap } from '@tiptap/pm/transform';

/** The view's changes that the page lacks: plugin state, which ProseMirror may compute and drop. */
export interface LocalChanges {
  readonly maps: readonly StepMap[];
  /** Text and splits, as opposed to changes of attributes, marks and wrappers. */
  readonly isTyping: boolean;
  readonly isUndoable: boolean;
  readonly selectionBefore: Selection | null;
}

export const NO_CHANGES: LocalChanges = {
  maps: [],
  isTyping: true,
  isUndoable: false,
  selectionBefore: null,
};

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

/** Whole new blocks come from a command: a move, a paste, a divider. */
function isTypingStep(step: Step): boolean {
  if (!(step instanceof ReplaceStep)) return false;
  const { content, openStart } = step.slice;
  return openStart > 0 || !content.firstChild?.isBlock;
}
