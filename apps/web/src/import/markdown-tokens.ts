/** The tokens of the lexer of Markdown, as code that changes them sees them. */
import type { lexMarkdown } from '@tandem/document/markdown-lexer';

export type Token = ReturnType<typeof lexMarkdown>[number];

/** Fields that tokens have in common here. */
export interface Parts {
  readonly type: string;
  readonly href?: string;
  readonly text?: string;
  readonly title?: string | null;
  readonly tokens?: Token[];
  /** Of a list. */
  readonly items?: Token[];
  readonly start?: number | '';
  /** Of a table. */
  readonly header?: Cell[];
  readonly rows?: Cell[][];
  /** Written as `[[name]]`. */
  readonly isName?: true;
}
export interface Cell {
  readonly tokens: Token[];
}

export const partsOf = (token: Token): Parts => token;
export const tokenOf = (parts: Parts): Token => ({ raw: '', ...parts });
export const wordsOf = (text: string): Token => tokenOf({ type: 'text', text });

export function hasWords(tokens: readonly Token[]): boolean {
  return tokens.some((token) => {
    const { type, text = '', tokens: inner } = partsOf(token);
    if (type === 'br') return false;
    if (type === 'image') return true;
    return inner === undefined ? text.trim() !== '' : hasWords(inner);
  });
}

export function endsLine(token: Token | undefined): boolean {
  return (
    token === undefined || token.type === 'br' || (isText(token) && /\n[ \t]*$/.test(textOf(token)))
  );
}

export function beginsLine(token: Token | undefined): boolean {
  return (
    token === undefined || token.type === 'br' || (isText(token) && /^[ \t]*\n/.test(textOf(token)))
  );
}

function isText({ type }: Token): boolean {
  return type === 'text';
}

function textOf(token: Token): string {
  return partsOf(token).text ?? '';
}

export function withoutBreaks(tokens: readonly Token[]): Token[] {
  const isBreak = ({ type }: Token): boolean => type === 'br';
  const from = tokens.findIndex((token) => !isBreak(token));
  const to = tokens.findLastIndex((token) => !isBreak(token)) + 1;
  return from < 0 ? [] : tokens.slice(from, to);
}
