import { findLinks, safeHref } from '@tandem/document';
import type { Mark } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';

import { type InputRule, LEAF, type RuleChange, type RulePlace } from './input-rule.ts';
import { completeHref } from './link-commands.ts';

/** Input rules for Markdown signs around words: marks and links. */

interface Wrapped {
  readonly from: number;
  readonly textFrom: number;
  readonly textTo: number;
  readonly to: number;
  readonly href?: string;
}

/**
 * A pair of double signs becomes a mark as soon as it is closed. A single `*` or `_` may still
 * become a name or pattern (`_my_var`, `*.ts`), so it waits for the end of the word. `__` stays
 * text (`__init__`).
 */
export const INLINE_RULES: readonly InputRule[] = [
  closingRule('**', 'bold'),
  closingRule('~~', 'strike'),
  closingRule('`', 'code'),
  (text) => {
    const found = findNamedLink(text);
    return found && ((place) => replaceSigns(place, found, linkMark(place, found.href!)));
  },
];

/** Rules that run at the end of a word: at white space, East Asian text and Enter. */
export const WORD_RULES: readonly InputRule[] = [
  wordRule('*', 'italic'),
  wordRule('_', 'italic'),
  (text) => {
    const found = findAddress(text);
    return found && ((place) => linkAddress(place, found));
  },
];

const OPENS =
  /^(?:[\s\ufffc([{<"'“‘«‹„¿¡\-–—,;:.!?|\u3000-\u303f\uff01-\uff0f\uff1a-\uff20]|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])?$/u;
const EAST_ASIAN =
  /[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]$/u;
const TRAILING = /[.,;:!?)\]}"'”’»…]*$/;

function closingRule(sign: string, mark: string): InputRule {
  return (text) => markWords(findWrapped(text, sign), mark);
}

function wordRule(sign: string, mark: string): InputRule {
  return (text) => markWords(findWrapped(endedWord(text), sign), mark);
}

function markWords(found: Wrapped | null, mark: string): RuleChange | null {
  return found && ((place) => replaceSigns(place, found, place.state.schema.mark(mark)));
}

function endedWord(text: string): string {
  if (/\s$/.test(text)) return text.slice(0, -1).replace(TRAILING, '');
  return EAST_ASIAN.test(text) ? text.slice(0, -1) : '';
}

function findWrapped(text: string, sign: string): Wrapped | null {
  if (!text.endsWith(sign)) return null;
  const textTo = text.length - sign.length;
  const from = text.lastIndexOf(sign, textTo - 1 - sign.length);
  const textFrom = from + sign.length;
  const words = text.slice(textFrom, textTo);
  if (from < 0 || words === '' || !OPENS.test(characterBefore(text, from))) return null;
  if (words.includes(LEAF) || /^\s|\s$/.test(words)) return null;
  if (words.startsWith(sign[0]!) || words.endsWith(sign[0]!)) return null;
  return { from, textFrom, textTo, to: text.length };
}

function findNamedLink(text: string): Wrapped | null {
  if (!text.endsWith(')')) return null;
  let depth = 0;
  let at = text.length - 1;
  for (; at >= 0 && !/\s/.test(text[at]!); at--) {
    if (text[at] === ')') depth++;
    else if (text[at] === '(' && --depth === 0) break;
  }
  if (depth !== 0 || text[at - 1] !== ']') return null;
  const textTo = at - 1;
  const textFrom = text.lastIndexOf('[', textTo) + 1;
  const name = text.slice(textFrom, textTo);
  const address = text.slice(at + 1, -1);
  const before = characterBefore(text, textFrom - 1);
  if (textFrom === 0 || name.trim() === '' || name.includes(']') || name.includes(LEAF))
    return null;
  if (before === '!' || before === '\\') return null;
  const isAddress = /^(?:https?:\/\/|mailto:|tel:)./i.test(address);
  const isPath = /^(?:\.{0,2}\/|#)./.test(address) || completeHref(address) !== address;
  const href = isAddress || (isPath && OPENS.test(before)) ? safeHref(completeHref(address)) : null;
  return href === null ? null : { from: textFrom - 1, textFrom, textTo, to: text.length, href };
}

function findAddress(text: string): Wrapped | null {
  const last = text.at(-1) ?? '';
  if (!/\s/.test(last) && !EAST_ASIAN.test(last)) return null;
  const lastSpace = Math.max(
    ...[' ', '\n', '\t', LEAF].map((sign) => text.lastIndexOf(sign, text.length - 2)),
  );
  const link = findLinks(text.slice(lastSpace + 1)).at(-1);
  if (!link) return null;
  const from = lastSpace + 1 + link.index;
  const to = from + link.text.length;
  // The next character ends the address instead of extending it.
  if (
    to === text.length ||
    !/^[.,;:!?'"*_~)\]}”’»…\u3000-\u303f\uff01-\uff65]*\s?$/u.test(text.slice(to))
  )
    return null;
  return { from, textFrom: from, textTo: to, to, href: link.href };
}

function linkAddress(place: RulePlace, { from, to, href }: Wrapped): Transaction | null {
  const { tr, doc, schema } = place.state;
  const range = [place.start + from, place.start + to] as const;
  const { link, code } = schema.marks;
  if (doc.rangeHasMark(...range, link!) || doc.rangeHasMark(...range, code!)) return null;
  return tr.addMark(...range, linkMark(place, href!)).removeStoredMark(link!);
}

function replaceSigns(place: RulePlace, wrapped: Wrapped, mark: Mark): Transaction | null {
  const { tr, doc, schema } = place.state;
  const [from, textFrom, textTo, to] = [
    wrapped.from,
    wrapped.textFrom,
    wrapped.textTo,
    wrapped.to,
  ].map((offset) => place.start + offset) as [number, number, number, number];
  if (doc.rangeHasMark(from, to, schema.marks['code']!)) return null;
  tr.addMark(textFrom, textTo, mark).delete(textTo, to).delete(from, textFrom);
  return tr.removeStoredMark(mark.type);
}

function linkMark({ state }: RulePlace, href: string): Mark {
  return state.schema.mark('link', { href });
}

function characterBefore(text: string, offset: number): string {
  return [...text.slice(Math.max(0, offset - 2), offset)].at(-1) ?? '';
}
