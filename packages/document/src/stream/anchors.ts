/**
 * Anchors: where a piece of the text is now that somebody commented on (AN1 to AN7 of SPEC.md). An anchor names its
 * first and its last character, which keep their ids when blocks are split, joined and moved, and says what the words
 * were, which stay when a page is written again with other ids.
 */
import { commonLength, keptPart } from './likeness.ts';
import type { CharacterId, PageText } from './page-text.ts';

export { type CharacterId, PageText } from './page-text.ts';

export interface Anchor {
  readonly start: CharacterId;
  readonly end: CharacterId;
  readonly block: string | null;
  readonly quote: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly length: number;
  readonly unique: 'quote' | 'context' | 'none';
}

/** Offsets in the text of a page, `to` excluded. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

export interface FoundAnchor extends TextRange {
  /** `words`: the characters are gone, and the same words are here. */
  readonly by: 'characters' | 'words';
}

const ANCHOR_LIMITS = { quote: 200, context: 16 } as const;

/**
 * The nearest living character to one that may be deleted, in the stream: that one, its copy (PS2) if that is the same
 * letter, or else the next one behind it for the start of an anchor, before it for the end. `letter` is null where the
 * anchor does not say what it was.
 */
export type NearestLiving = (
  id: CharacterId,
  side: 'start' | 'end',
  letter: string | null,
) => LivingCharacter | null;

export interface LivingCharacter extends CharacterId {
  readonly isCopy: boolean;
}

/** Null where there is no character in the range. */
export function createAnchor(page: PageText, range: TextRange): Anchor | null {
  const { from, to } = page.trim(range);
  const start = from < to ? page.idAt(from) : null;
  const end = from < to ? page.idAt(to - 1) : null;
  if (start === null || end === null) return null;
  const quote = cut(page.text.slice(from, Math.min(to, from + ANCHOR_LIMITS.quote)));
  const { prefix, suffix } = contextOf(page, { from, to });
  const places = occurrences(page.text, quote);
  const same = places.filter((at) => {
    const context = contextOf(page, { from: at, to: at + to - from });
    return context.prefix === prefix && context.suffix === suffix;
  });
  return {
    start,
    end,
    block: page.blockAt(from).id,
    quote,
    prefix,
    suffix,
    length: to - from,
    unique: places.length === 1 ? 'quote' : same.length === 1 ? 'context' : 'none',
  };
}

/** Null: the words are gone (AN6). */
export function resolveAnchor(
  page: PageText,
  anchor: Anchor,
  nearestLiving: NearestLiving,
): FoundAnchor | null {
  return byCharacters(page, anchor, nearestLiving) ?? byWords(page, anchor);
}

/** AN3 */
function byCharacters(
  page: PageText,
  anchor: Anchor,
  nearestLiving: NearestLiving,
): FoundAnchor | null {
  const isWhole = anchor.quote.length === anchor.length;
  const start = nearestLiving(anchor.start, 'start', anchor.quote.at(0) ?? null);
  const end = nearestLiving(anchor.end, 'end', (isWhole && anchor.quote.at(-1)) || null);
  const from = start === null ? null : page.offsetOf(start);
  const last = end === null ? null : page.offsetOf(end);
  if (from === null || last === null || last < from) return null;
  const range = page.trim({ from, to: last + 1 });
  const length = range.to - range.from;
  if (length > anchor.length * 2 + MAX_GROWTH) return null;
  const text = page.text.slice(
    range.from,
    isWhole ? range.to : range.from + 2 * anchor.quote.length,
  );
  // Anybody can say of any characters that they are copies (HI5).
  const isNoted = start?.isCopy === true || end?.isCopy === true;
  const isSame = isNoted ? isAlike(anchor.quote, text) : isSameText(anchor.quote, text);
  return isSame ? { ...range, by: 'characters' } : null;
}

/** Letters that may have been written in the middle of the text. */
const MAX_GROWTH = 400;

/** AN3: whether a text is what has become of the words, and not another one between the same characters. */
function isSameText(quote: string, text: string): boolean {
  return keptPart(quote, text) >= 0.5 || isAlike(quote, text);
}

function isAlike(quote: string, text: string): boolean {
  if (text.startsWith(quote)) return true;
  return commonLength(quote, text) >= 0.7 * Math.max(quote.length, text.length);
}

/** AN4 and AN5 */
function byWords(page: PageText, anchor: Anchor): FoundAnchor | null {
  if (anchor.unique === 'none') return null;
  const places = occurrences(page.text, anchor.quote).map((at) => placeAt(page, anchor, at));
  const own = places.filter(({ block }) => anchor.block !== null && block === anchor.block);
  const place = bestOf(own, anchor) ?? bestOf(places, anchor);
  return place && { from: place.from, to: place.to, by: 'words' };
}

interface Place extends TextRange {
  readonly block: string | null;
  /** Letters of the context that are there, and whether it is as it was. */
  readonly common: number;
  readonly isSame: boolean;
}

function placeAt(page: PageText, anchor: Anchor, from: number): Place {
  const to = from + anchor.quote.length;
  const { prefix, suffix } = contextOf(page, { from, to });
  // What follows the beginning of a long text is in the text, not behind it.
  const isCut = anchor.quote.length < anchor.length;
  const before = commonEnd(prefix, anchor.prefix);
  const behind = isCut ? 0 : commonStart(suffix, anchor.suffix);
  const isSame = prefix === anchor.prefix && (isCut || suffix === anchor.suffix);
  return { from, to, block: page.blockAt(from).id, common: before + behind, isSame };
}

/** The only place with the same context; of words that were there once, also the one with the most of it. */
function bestOf(places: readonly Place[], { unique }: Anchor): Place | null {
  const same = places.filter(({ isSame }) => isSame);
  if (same.length === 1) return same[0]!;
  if (unique !== 'quote') return null;
  const most = Math.max(...places.map(({ common }) => common));
  const best = places.filter(({ common }) => common === most);
  return best.length === 1 ? best[0]! : null;
}

/** The text around a range, in the blocks in which it begins and ends. */
function contextOf(page: PageText, { from, to }: TextRange): { prefix: string; suffix: string } {
  const first = page.blockAt(from);
  const last = page.blockAt(Math.max(from, to - 1));
  const before = page.text.slice(Math.max(first.from, from - ANCHOR_LIMITS.context), from);
  const behind = page.text.slice(to, Math.min(last.to, to + ANCHOR_LIMITS.context));
  return { prefix: cutStart(before), suffix: cut(behind) };
}

/** Places of words that stand more often than this are not told apart. */
const MAX_OCCURRENCES = 200;

function occurrences(text: string, quote: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    places.push(at);
    if (places.length > MAX_OCCURRENCES) return [];
  }
  return places;
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

function commonEnd(one: string, other: string): number {
  let length = 0;
  while (
    length < one.length &&
    length < other.length &&
    one[one.length - 1 - length] === other[other.length - 1 - length]
  )
    length++;
  return length;
}

/** No half of a surrogate pair at the end. */
function cut(text: string): string {
  return text.isWellFormed() ? text : text.replace(/[\ud800-\udbff]$/, '').toWellFormed();
}

function cutStart(text: string): string {
  return text.isWellFormed() ? text : text.replace(/^[\udc00-\udfff]/, '').toWellFormed();
}
