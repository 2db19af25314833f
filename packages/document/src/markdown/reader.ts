import type { MarkedToken, Token, Tokens } from 'marked';
import type { Block, Inline, Mark, Text } from '../blocks.ts';
import { safeHref } from '../href.ts';
import { decodeEntities } from '../html-text.ts';
import { MAX_MARKDOWN_LENGTH } from '../limits.ts';
import { withoutImpliedStarts } from '../list-numbers.ts';
import { BLOCKS, MARK_NAMES, MARKS } from '../nodes.ts';
import type { MarkdownRules } from '../nodes/definition.ts';
import { plainParagraphs } from '../nodes/text-block-markdown.ts';
import { lexMarkdown } from './lexer.ts';

/**
 * Reads a Markdown source (GFM) as blocks without ids. Every source has a result: one over
 * `MAX_MARKDOWN_LENGTH` becomes a plain paragraph per line, an image becomes a link, a table row a
 * paragraph, and HTML its text.
 */
export function fromMarkdown(markdown: string): Block[] {
  if (markdown.length > MAX_MARKDOWN_LENGTH) return plainParagraphs(markdown);
  return fromMarkdownTokens(lexMarkdown(markdown));
}

/** Reads what the lexer has made of a source, for a caller that changes addresses in between. */
export function fromMarkdownTokens(tokens: readonly Token[]): Block[] {
  return withoutImpliedStarts([...readTokens(tokens, 0)]);
}

/** The text block, which accepts every paragraph, comes first in the table and last here. */
const RULES: readonly MarkdownRules[] = Object.values(BLOCKS)
  .map(({ fromMarkdown: rules }) => rules)
  .toReversed();

function* readTokens(tokens: readonly Token[], indent: number): Generator<Block> {
  const reader = { indent, inline: readInline, tableRow: readRow, blocks: readTokens };
  for (const token of tokens as readonly MarkedToken[]) {
    for (const rules of RULES) {
      const blocks = rules[token.type]?.(token as never, reader) ?? null;
      if (blocks === null) continue;
      yield* blocks;
      break;
    }
  }
}

const DELIMITED = MARK_NAMES.flatMap((type) => {
  const { markdown } = MARKS[type];
  return markdown === null ? [] : [{ mark: { type } as Mark, ...markdown }];
});
const MARK_OF_TOKEN: ReadonlyMap<string, Mark> = new Map(
  DELIMITED.map(({ token, mark }) => [token, mark]),
);
const MARK_OF_TAG: ReadonlyMap<string, Mark> = new Map(
  DELIMITED.flatMap(({ tags, mark }) => tags.map((tag) => [tag, mark] as const)),
);

function readRow(cells: readonly Tokens.TableCell[]): Inline[] {
  const content: Inline[] = [];
  for (const [column, { tokens }] of cells.entries()) {
    if (column > 0) push(content, ' | ', []);
    collect(tokens as MarkedToken[], [], content);
  }
  return trim(content);
}

function readInline(tokens: readonly Token[]): Inline[] {
  const content: Inline[] = [];
  collect(tokens as readonly MarkedToken[], [], content);
  return trim(content);
}

function collect(tokens: readonly MarkedToken[], outer: readonly Mark[], content: Inline[]): void {
  let open: Mark[] = [];
  for (const token of tokens) {
    const marks = [...outer, ...open];
    const inside = (mark: Mark | null): void => {
      collect(
        ('tokens' in token ? token.tokens : []) as MarkedToken[],
        mark === null ? marks : [...marks, mark],
        content,
      );
    };
    switch (token.type) {
      case 'text':
        push(content, decodeEntities(token.text), marks);
        break;
      case 'escape':
        push(content, token.text, marks);
        break;
      case 'codespan':
        push(content, token.text, [...marks, { type: 'code' }]);
        break;
      case 'strong':
      case 'em':
      case 'del':
        inside(MARK_OF_TOKEN.get(token.type) ?? null);
        break;
      case 'link':
        if (token.autolink === true) push(content, token.text, withLink(marks, token.href));
        else inside(linkTo(decodeEntities(token.href)));
        break;
      case 'image':
        push(
          content,
          decodeEntities(token.text || token.href),
          withLink(marks, decodeEntities(token.href)),
        );
        break;
      case 'br':
        content.push({ type: 'hardBreak' });
        break;
      case 'html': {
        const [, closing, name = ''] = /^<(\/?)([a-z]+)/i.exec(token.text) ?? [];
        const tag = name.toLowerCase();
        const mark = MARK_OF_TAG.get(tag);
        if (tag === 'br') content.push({ type: 'hardBreak' });
        else if (mark !== undefined)
          open = closing
            ? open.toSpliced(
                open.findLastIndex(({ type }) => type === mark.type),
                1,
              )
            : [...open, mark];
        break;
      }
      default:
    }
  }
}

function linkTo(raw: string): Mark | null {
  const href = safeHref(raw);
  return href === null ? null : { type: 'link', attrs: { href } };
}

function withLink(marks: readonly Mark[], raw: string): readonly Mark[] {
  const link = linkTo(raw);
  return link === null ? marks : [...marks, link];
}

function push(content: Inline[], raw: string, marks: readonly Mark[]): void {
  const value = raw.replace(/[ \t]*\r?\n[ \t]*/g, ' ');
  if (value === '') return;
  // The first of each name wins: the outer link of a link in a link.
  const sorted = MARK_NAMES.flatMap((name) => marks.find((mark) => mark.type === name) ?? []);
  const last = content.at(-1);
  if (last?.type === 'text' && JSON.stringify(last.marks ?? []) === JSON.stringify(sorted)) {
    content[content.length - 1] = { ...last, text: last.text + value };
  } else {
    content.push(text(value, sorted));
  }
}

function text(value: string, marks: readonly Mark[] = []): Text {
  return { type: 'text', text: value, ...(marks.length > 0 && { marks }) };
}

function trim(content: Inline[]): Inline[] {
  const [first, last] = [content[0], content.at(-1)];
  if (first?.type === 'text') content[0] = { ...first, text: first.text.trimStart() };
  if (last?.type === 'text')
    content[content.length - 1] = {
      ...(content.at(-1) as Text),
      text: (content.at(-1) as Text).text.trimEnd(),
    };
  return content.filter((node) => node.type !== 'text' || node.text !== '');
}
