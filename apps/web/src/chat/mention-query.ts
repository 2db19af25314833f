/** What somebody writes behind an @ while they look for a name. */

export interface MentionQuery {
  /** Where the @ is. */
  readonly from: number;
  /** Up to the caret. */
  readonly query: string;
}

const MAX_QUERY_LENGTH = 40;

/** The @ before the caret that begins a word, with at most one space behind it; null where there is none. */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const before = text.slice(0, caret);
  const from = before.lastIndexOf('@');
  if (from < 0 || /[\p{L}\p{N}]$/u.test(before.slice(0, from))) return null;
  const query = before.slice(from + 1);
  if (query.length > MAX_QUERY_LENGTH || /\n|\s\S*\s|^\s/u.test(query)) return null;
  return { from, query };
}
