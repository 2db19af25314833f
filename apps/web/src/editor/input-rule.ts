import type { EditorState, Transaction } from '@tiptap/pm/state';

/**
 * Looks at the text of a block up to the caret, in which a line break or another leaf is `LEAF`. Returns the change that
 * the signs in it ask for. That change is a step of its own behind the typing, so that one undo, or Backspace right
 * behind it, brings back each sign as it was typed. A rule never takes a key.
 */
export type InputRule = (text: string) => RuleChange | null;

/** The change, where the caret stands behind that text; null where the signs are meant as signs. */
export type RuleChange = (place: RulePlace) => Transaction | null;

export interface RulePlace {
  readonly state: EditorState;
  /** The position of the text that the rule has seen. */
  readonly start: number;
}

/** Stands for a leaf in the text that rules see. */
export const LEAF = '\ufffc';
