import { safeHref } from './href.ts';

export interface FoundLink {
  readonly index: number;
  readonly text: string;
  readonly href: string;
}

/**
 * An address may follow any character but a Latin letter, a digit or `_`: languages without spaces
 * write none before it.
 */
const BEGINNING =
  /(?<![a-z\d_])(?:https?:\/\/(?=[\p{L}\p{N}[])|mailto:(?=[^\s@]{1,64}@[\p{L}\p{N}]))/giu;

/**
 * White space, quotation marks and the punctuation of East Asian text end an address. Full-width
 * letters and digits, and the ideographs among that punctuation (々〆〇), do not.
 */
const END =
  /[\s<>"“”‘’«»…\u3000-\u3004\u3008-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;

/**
 * Signs that end or emphasise a sentence: part of an address only where more of the address
 * follows.
 */
const TRAILING = ".,;:!?'*_~،؛؟۔।([{";

const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/**
 * Finds the addresses in a text, in order. This is the one place that decides where an address
 * ends: a closing bracket belongs to the address that holds the opening one (`/Rust_(x)`), and
 * otherwise ends it.
 */
export function findLinks(text: string): FoundLink[] {
  const found: FoundLink[] = [];
  let end = 0;
  for (const { index } of text.matchAll(BEGINNING)) {
    if (index < end) continue;
    end = endAt(text, index);
    const address = withoutTrailing(text.slice(index, end));
    const href = safeHref(address);
    if (href !== null && /^(?:https?:\/\/|mailto:)./i.test(address))
      found.push({ index, text: address, href });
  }
  return found;
}

function endAt(text: string, index: number): number {
  const open: string[] = [];
  let at = index;
  for (; at < text.length && !END.test(text[at]!); at++) {
    const char = text[at]!;
    if ('([{'.includes(char)) open.push(char);
    else if (char in CLOSING && open.pop() !== CLOSING[char]) break;
  }
  return at;
}

function withoutTrailing(address: string): string {
  let end = address.length;
  while (end > 0 && TRAILING.includes(address[end - 1]!)) end--;
  return address.slice(0, end);
}
