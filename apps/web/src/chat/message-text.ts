/** The text of a message in parts: words, addresses to follow, and names of people who are meant. */
import type { User } from '@tandem/protocol';

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly user: string };

const ADDRESS = /https?:\/\/[^\s<>"']+/gu;
/** What ends a sentence does not belong to the address before it. */
const TRAILING = /[.,;:!?)\]}]+$/u;

/** @param people those who can be meant; longer names first where one begins with another. */
export function textParts(text: string, people: readonly User[]): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = found[0].replace(TRAILING, '');
    const href = safeAddress(address);
    if (href === null) continue;
    parts.push(...mentions(text.slice(at, found.index), people));
    parts.push({ kind: 'link', text: address, href });
    at = found.index + address.length;
  }
  parts.push(...mentions(text.slice(at), people));
  return parts;
}

/** People whose name stands in the text behind an @. */
export function mentionedIn(text: string, people: readonly User[]): readonly string[] {
  const users = textParts(text, people).flatMap((part) =>
    part.kind === 'mention' ? [part.user] : [],
  );
  return [...new Set(users)];
}

function mentions(text: string, people: readonly User[]): readonly TextPart[] {
  const longestFirst = people.toSorted((one, other) => other.name.length - one.name.length);
  const parts: TextPart[] = [];
  let plain = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const person = longestFirst.find(({ name }) => isNamed(text, at + 1, name));
    if (person === undefined) continue;
    const end = at + 1 + person.name.length;
    if (at > plain) parts.push({ kind: 'text', text: text.slice(plain, at) });
    parts.push({ kind: 'mention', text: text.slice(at, end), user: person.id });
    plain = end;
    at = end - 1;
  }
  if (plain < text.length) parts.push({ kind: 'text', text: text.slice(plain) });
  return parts;
}

/** The name, and then no further letter of a longer word. */
function isNamed(text: string, at: number, name: string): boolean {
  return text.startsWith(name, at) && !/^[\p{L}\p{N}]/u.test(text.slice(at + name.length));
}

function safeAddress(address: string): string | null {
  return URL.canParse(address) ? new URL(address).href : null;
}
