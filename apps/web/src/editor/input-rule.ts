import type { EditorState, Transaction } from '@tiptap/pm/state';

/**
 * Inspects the text of a block up to the caret, in which line breaks and other leaves are `LEAF`,
 * and returns the change for the signs in it. The change is an undo step after the typing, so one
 * undo, or Backspace right after it, restores the typed signs. A rule never consumes a key.
 */
export type InputRule = (text: string) => RuleChange | null;

/** Builds the change with the caret behind the text; `null` leaves the signs as text. */
export type RuleChange = (place: RulePlace) => Transaction | null;

export interface RulePlace {
  readonly state: EditorState;
  readonly start: number;
}

export const LEAF = '\ufffc';
