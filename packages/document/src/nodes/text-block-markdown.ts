import type { MarkedToken, Tokens } from 'marked';
import type { Block, Inline, Kind, TextBlock } from '../blocks.ts';
import { decodeEntities } from '../html-text.ts';
import type { MarkdownReader, MarkdownRules } from './definition.ts';
import { KINDS, MAX_INDENT } from './text-block-attributes.ts';

export const textBlockTokens: MarkdownRules = {
  heading: (token, { indent, inline }) => [
    textBlock({ kind: kindOf(token), ...indentOf(indent) }, inline(token.tokens)),
  ],
  paragraph: ({ tokens }, { indent, inline }) => paragraph(indent, inline(tokens)),
  text: (token, { indent, inline }) => paragraph(indent, inline(token.tokens ?? [token])),
  *list({ items, ordered, start }, reader) {
    for (const [index, item] of items.entries())
      yield* readItem(item, { ordered, start: index === 0 ? start : '' }, reader);
  },
  *table({ header, rows }, { indent, tableRow }) {
    for (const row of [header, ...rows]) yield* paragraph(indent, tableRow(row));
  },
  html: ({ text }) => plainParagraphs(decodeEntities(text.replace(TAG_OR_COMMENT, ''))),
};

/** Stops at the next beginning of a tag or comment, so that many beginnings cost linear time. */
const TAG_OR_COMMENT = /<!--(?:(?!<!--)[^])*?-->|<[^<>]*>/g;

export function plainParagraphs(source: string): Block[] {
  return source
    .split('\n')
    .map((line) => line.trim())
    .flatMap((line) => (line === '' ? [] : [textBlock({}, [{ type: 'text', text: line }])]));
}

function* readItem(
  item: Tokens.ListItem,
  { ordered, start }: { readonly ordered: boolean; readonly start: number | '' },
  { indent, inline, blocks }: MarkdownReader,
): Generator<Block> {
  const [first, ...rest] = item.tokens.filter(
    ({ type }) => type !== 'checkbox' && type !== 'space',
  ) as MarkedToken[];
  // marked sees no task where no text follows the box.
  const box =
    first?.type === 'text' || first?.type === 'paragraph'
      ? /^\[([ xX])\]\s*$/.exec(first.raw)?.[1]
      : undefined;
  const checked = box === undefined ? item.checked === true : box !== ' ';
  const list = ordered ? 'ordered' : item.task || box !== undefined ? 'task' : 'bullet';
  const attrs: TextBlock['attrs'] = {
    list,
    ...indentOf(indent),
    ...(list === 'task' && checked && { checked }),
    ...(list === 'ordered' && start !== '' && { start }),
  };
  if (first?.type === 'text' || first?.type === 'paragraph') {
    yield textBlock(attrs, box === undefined ? inline(first.tokens ?? [first]) : []);
    yield* blocks(rest, indent + 1);
  } else if (first?.type === 'heading') {
    yield textBlock({ kind: kindOf(first), ...attrs }, inline(first.tokens));
    yield* blocks(rest, indent + 1);
  } else {
    yield textBlock(attrs, []);
    yield* blocks(first === undefined ? [] : [first, ...rest], indent + 1);
  }
}

function* paragraph(indent: number, content: Inline[]): Generator<Block> {
  if (content.length > 0) yield textBlock(indentOf(indent), content);
}

function textBlock(attrs: NonNullable<TextBlock['attrs']>, content: Inline[]): TextBlock {
  return {
    type: 'textBlock',
    ...(Object.keys(attrs).length > 0 && { attrs }),
    ...(content.length > 0 && { content }),
  };
}

function kindOf({ depth }: Tokens.Heading): Kind {
  return KINDS[Math.min(KINDS.length, depth) - 1]!;
}

function indentOf(indent: number): { indent?: number } {
  return indent > 0 ? { indent: Math.min(MAX_INDENT, indent) } : {};
}
