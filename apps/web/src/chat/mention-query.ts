/** What somebody writes behind an @ while they look for a name. */

export interface MentionQuery {
  /** Where the @ is. */
  readonly from: number;
  /** Up to the caret. */
  readonly query: string;
}

const MAX_QUERY_LENGTH = 40;

/** Before an @ that belongs to an address: a Latin word, or what stands in the name of a mailbox. */
const ADDRESS_BEFORE = /[\p{Script=Latin}\p{Number}._%+-]$/u;
/** Before an @ within a link, such as `https://example.org/@ana`. */
const LINK_BEFORE = /[a-z]:\/\/\S*$/iu;

/**
 * Whether an @ (or its full-width form) here can call somebody. It may follow letters of scripts that are written
 * without spaces, and any other letter that no address has.
 */
export function canMention(text: string, at: number): boolean {
  if (text[at] !== '@' && text[at] !== '＠') return false;
  const before = text.slice(0, at);
  return !ADDRESS_BEFORE.test(before) && !LINK_BEFORE.test(before);
}

/** The @ before the caret that can call somebody, with at most one space behind it; null where there is none. */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const before = text.slice(0, caret);
  const from = Math.max(before.lastIndexOf('@'), before.lastIndexOf('＠'));
  if (from < 0 || !canMention(text, from)) return null;
  const query = before.slice(from + 1);
  if (query.length > MAX_QUERY_LENGTH || /\n|\s\S*\s|^\s/u.test(query)) return null;
  return { from, query };
}
