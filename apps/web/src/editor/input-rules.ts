import { type Command, type EditorState, Plugin, PluginKey } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { isComposing } from '../components/keyboard.ts';
import { isFromDocument, undo } from './binding/binding.ts';
import { BLOCK_RULES, CODE_FENCE } from './block-rules.ts';
import { INLINE_RULES, WORD_RULES } from './inline-rules.ts';
import { type InputRule, LEAF } from './input-rule.ts';
import { COMPOSITION_END_MS, MAX_RULE_CHARS } from './limits.ts';

/**
 * Markdown while typing, see `InputRule`. Enter also ends a word, so that an address becomes a
 * link, and keeps its usual effect.
 */

const rulesKey = new PluginKey<boolean>('input-rules');

export function inputRules(): Plugin<boolean> {
  return new Plugin<boolean>({
    key: rulesKey,
    state: {
      init: () => false,
      apply(tr, isJustApplied) {
        const isRule = tr.getMeta(rulesKey) as boolean | undefined;
        if (isRule !== undefined) return isRule;
        if (isFromDocument(tr)) return isJustApplied;
        return isJustApplied && !tr.docChanged && !tr.selectionSet;
      },
    },
    props: {
      handleTextInput(view, from, to, typed, insert) {
        if (view.composing) return false;
        const text = textBefore(view.state, from);
        if (text === null || !TYPED_RULES.some((rule) => rule(text + typed) !== null)) return false;
        view.dispatch(insert());
        applyRule(view, TYPED_RULES, '');
        return true;
      },
      handleKeyDown(view, event) {
        if (event.key !== 'Enter' || isComposing(event) || view.composing) return false;
        const isPlain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
        if (isPlain && applyRule(view, [CODE_FENCE], '\n')) return true;
        applyRule(view, WORD_RULES, '\n');
        return false;
      },
      handleDOMEvents: {
        compositionend(view) {
          setTimeout(() => {
            if (!view.isDestroyed && !view.composing) applyRule(view, TYPED_RULES, '');
          }, COMPOSITION_END_MS);
          return false;
        },
      },
    },
  });
}

export const undoRule: Command = (state, dispatch, view) => {
  if (!rulesKey.getState(state) || !view) return false;
  if (dispatch) undo(view);
  return true;
};

const TYPED_RULES: readonly InputRule[] = [
  ...BLOCK_RULES,
  CODE_FENCE,
  ...INLINE_RULES,
  ...WORD_RULES,
];

/** @param ending the text about to be typed, not yet in the document. */
function applyRule(view: EditorView, rules: readonly InputRule[], ending: string): boolean {
  const { state } = view;
  const { $from, empty } = state.selection;
  const text = empty ? textBefore(state, $from.pos) : null;
  if (text === null) return false;
  const place = { state, start: $from.pos - text.length };
  for (const rule of rules) {
    const tr = rule(text + ending)?.(place);
    if (!tr) continue;
    view.dispatch(tr.setMeta(rulesKey, true).scrollIntoView());
    return true;
  }
  return false;
}

function textBefore(state: EditorState, position: number): string | null {
  const { parent, parentOffset } = state.doc.resolve(position);
  if (!parent.inlineContent || parent.type.spec.code) return null;
  const from = Math.max(0, parentOffset - MAX_RULE_CHARS);
  const text = parent.textBetween(from, parentOffset, undefined, LEAF);
  // Truncated text must not look like the start of its block.
  return from === 0 ? text : LEAF + text.slice(1);
}
