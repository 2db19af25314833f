import type { MarkedToken, Token, Tokens } from 'marked';
import type { Block, Inline, Kind, Mark, Text, TextBlock } from '../blocks.ts';
import { safeHref } from '../href.ts';
import { MAX_MARKDOWN_LENGTH } from '../limits.ts';
import { withoutImpliedStarts } from '../list-numbers.ts';
import { KINDS, MARK_NAMES, MAX_INDENT, NODES } from '../nodes.ts';
import { decodeEntities } from './entities.ts';
import { lexMarkdown } from './lexer.ts';

/**
 * Blocks without ids for a Markdown source (GFM). Never refuses: a source over `MAX_MARKDOWN_LENGTH` becomes a plain
 * paragraph for each line, an image becomes a link, a table's row a line, and HTML is read as its text.
 */
export function fromMarkdown(markdown: string): Block[] {
  if (markdown.length > MAX_MARKDOWN_LENGTH) return plainParagraphs(markdown);
  return withoutImpliedStarts([...readTokens(lexMarkdown(markdown), 0)]);
}

function* readTokens(tokens: readonly Token[], indent: number): Generator<Block> {
  for (const token of tokens as readonly MarkedToken[]) {
    switch (token.type) {
      case 'heading':
        yield textBlock({ kind: kindOf(token), ...indentOf(indent) }, readInline(token.tokens));
        break;
      case 'paragraph':
      case 'text':
        yield* paragraph(indent, readInline(token.tokens ?? [token]));
        break;
      case 'code':
        yield codeBlock(token);
        break;
      case 'hr':
        yield { type: 'divider' };
        break;
      case 'blockquote': {
        const content = [...readTokens(token.tokens, 0)];
        yield { type: 'quote', content: content.length > 0 ? content : [{ type: 'textBlock' }] };
        break;
      }
      case 'list':
        for (const [index, item] of token.items.entries())
          yield* readItem(item, token.ordered, indent, index === 0 ? token.start : '');
        break;
      case 'table':
        for (const row of [token.header, ...token.rows]) yield* paragraph(indent, readRow(row));
        break;
      case 'html':
        yield* plainParagraphs(decodeEntities(token.text.replace(TAG_OR_COMMENT, '')));
        break;
      default:
    }
  }
}

/** Looks no further than the next beginning of one, so that many beginnings cost linear time. */
const TAG_OR_COMMENT = /<!--(?:(?!<!--)[^])*?-->|<[^<>]*>/g;

function* readItem(
  item: Tokens.ListItem,
  ordered: boolean,
  indent: number,
  start: number | '',
): Generator<Block> {
  const [first, ...rest] = item.tokens.filter(
    ({ type }) => type !== 'checkbox' && type !== 'space',
  ) as MarkedToken[];
  // marked sees no task where the box has no text after it.
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
    yield textBlock(attrs, box === undefined ? readInline(first.tokens ?? [first]) : []);
    yield* readTokens(rest, indent + 1);
  } else if (first?.type === 'heading') {
    yield textBlock({ kind: kindOf(first), ...attrs }, readInline(first.tokens));
    yield* readTokens(rest, indent + 1);
  } else {
    yield textBlock(attrs, []);
    yield* readTokens(first === undefined ? [] : [first, ...rest], indent + 1);
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

function codeBlock({ lang, text: source }: Tokens.Code): Block {
  // marked counts the newline after an empty last line.
  const code = source.replace(/\n$/, '');
  const language = lang?.trim().split(/\s/)[0];
  return {
    type: 'codeBlock',
    ...(language && NODES.codeBlock.attributes.language(language) && { attrs: { language } }),
    ...(code && { content: [{ type: 'text', text: code }] }),
  };
}

function kindOf({ depth }: Tokens.Heading): Kind {
  return KINDS[Math.min(KINDS.length, depth) - 1]!;
}

function indentOf(indent: number): { indent?: number } {
  return indent > 0 ? { indent: Math.min(MAX_INDENT, indent) } : {};
}

/** A paragraph for each line that has text. */
function plainParagraphs(source: string): Block[] {
  return source
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [textBlock({}, [text(line.trim())])]));
}

/** The tags that `toMarkdown` falls back to, and their kin. */
const TAGS: Readonly<Record<string, Mark['type'] | undefined>> = {
  strong: 'bold',
  b: 'bold',
  em: 'italic',
  i: 'italic',
  del: 'strike',
  s: 'strike',
  strike: 'strike',
};

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
  /** Marks of HTML tags that are open among these tokens. */
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
        inside({ type: 'bold' });
        break;
      case 'em':
        inside({ type: 'italic' });
        break;
      case 'del':
        inside({ type: 'strike' });
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
        const type = TAGS[name.toLowerCase()];
        if (name.toLowerCase() === 'br') content.push({ type: 'hardBreak' });
        else if (type !== undefined)
          open = closing
            ? open.toSpliced(
                open.findLastIndex((mark) => mark.type === type),
                1,
              )
            : [...open, { type } as Mark];
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
  // The first of a kind: a link in a link is the outer one.
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

/** Without white space at either end. */
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
