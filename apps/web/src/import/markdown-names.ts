/** `[[name]]`, `[[name|words]]` and `![[name]]`, with which Obsidian and wikis name other files. */
import { type Cell, partsOf, type Token, tokenOf, wordsOf } from './markdown-tokens.ts';

/** Bounded, so that many openings cost linear time. */
const NAMES = /(!?)\[\[([^[\]|\n]{1,400})(?:\|([^[\]\n]{0,400}))?\]\]/g;

/** Makes links and images of them, whose addresses are the names. */
export function spellOut(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const { type, text = '', tokens: inner, items, header, rows } = partsOf(token);
    if (type === 'text' && inner === undefined && text.includes('[[')) return namesIn(text);
    if (type === 'link' || type === 'image') return [token];
    const cells = (row: Cell[]) => row.map((cell) => ({ ...cell, tokens: spellOut(cell.tokens) }));
    return [
      {
        ...token,
        ...(inner !== undefined && { tokens: spellOut(inner) }),
        ...(items !== undefined && { items: spellOut(items) }),
        ...(header !== undefined && { header: cells(header) }),
        ...(rows !== undefined && { rows: rows.map(cells) }),
      } as Token,
    ];
  });
}

function namesIn(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const { 0: written, 1: sign, 2: name = '', 3: words, index } of text.matchAll(NAMES)) {
    if (index > end) tokens.push(wordsOf(text.slice(end, index)));
    end = index + written.length;
    const shown = words?.trim() || name.replace(/^#\^?/, '').replace(/#\^?/g, ' › ');
    const type = sign === '' ? 'link' : 'image';
    // The words of an image say how wide it is, or nothing.
    const given = type === 'link' ? shown : (words ?? '');
    tokens.push(
      tokenOf({
        type,
        href: name,
        text: given,
        title: null,
        isName: true,
        tokens: [wordsOf(shown)],
      }),
    );
  }
  if (end < text.length) tokens.push(wordsOf(text.slice(end)));
  return tokens;
}

export function nameIn(address: string): string {
  return address.replace(/#[^]*$/, '').trim();
}
