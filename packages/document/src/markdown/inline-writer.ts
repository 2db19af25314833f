import type { Inline, Mark, Text } from '../blocks.ts';
import { safeHref } from '../href.ts';
import { MARK_NAMES, MARKS } from '../nodes.ts';
import type { MarkdownDelimiters } from '../nodes/definition.ts';

/**
 * Writes a text block as lines of Markdown, one per hard break. Drops what Markdown cannot express:
 * white space at the ends of a line and of a mark, and the code mark in a link that holds a
 * bracket, backtick or backslash. Writes HTML tags where delimiters would not be read as such
 * (CommonMark §6.2), for example inside a word.
 */
export function writeLines(content: readonly Inline[] = []): string[] {
  const lines: Text[][] = [[]];
  for (const node of content) {
    if (node.type === 'hardBreak') {
      lines.push([]);
      continue;
    }
    for (const [index, text] of node.text.split(/\r?\n/).entries()) {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)!.push({ ...node, text });
    }
  }
  const written = lines.map((line) => {
    const { texts } = trimSpace(line);
    return writeTexts(texts, { before: '', after: '', inLink: false });
  });
  return written.slice(
    written.findIndex((line) => line !== ''),
    written.findLastIndex((line) => line !== '') + 1,
  );
}

interface Place {
  /**
   * The neighbouring text, at least two UTF-16 units, since a surrogate pair is one character;
   * empty at the line's ends.
   */
  readonly before: string;
  readonly after: string;
  readonly inLink: boolean;
}

/**
 * White space, punctuation and symbols as CommonMark counts them. marked cannot classify characters
 * of two units.
 */
const STARTS_IN_WORD = /^[^\s\p{P}\p{S}\u{10000}-\u{10ffff}]/u;
const ENDS_IN_WORD = /[^\s\p{P}\p{S}\u{10000}-\u{10ffff}]$/u;
const STARTS_OUTSIDE = /^(?:$|(?![\u{10000}-\u{10ffff}])[\s\p{P}\p{S}])/u;
const ENDS_OUTSIDE = /(?:^|[\s\p{P}\p{S}](?<![\u{10000}-\u{10ffff}]))$/u;

function writeTexts(texts: readonly Text[], place: Place): string {
  let written = '';
  for (let start = 0, end = 0; start < texts.length; start = end) {
    const mark = outermost(texts[start]!);
    end = start + 1;
    while (mark !== null && end < texts.length && sameMark(mark, outermost(texts[end]!))) end++;
    const group = texts.slice(start, end);
    const inner = {
      ...place,
      before: written === '' ? place.before : written.slice(-2),
      after: end < texts.length ? beginning(texts[end]!) : place.after,
    };
    written +=
      mark === null
        ? escapeText(texts[start]!.text, inner)
        : writeMark(mark, group.map(withoutOutermost), inner);
  }
  return written;
}

function writeMark(mark: Mark, marked: readonly Text[], place: Place): string {
  const { lead, texts, trail } = trimSpace(marked);
  if (texts.length === 0) return lead;
  const inner = { ...place, before: lead || place.before, after: trail || place.after };
  return lead + writeTrimmed(mark, texts, inner) + trail;
}

function writeTrimmed(mark: Mark, texts: readonly Text[], place: Place): string {
  if (mark.type === 'code') return writeCode(texts.map(({ text }) => text).join(''), place);
  if (mark.type === 'link') return writeLink(mark.attrs.href, texts, place);
  const { delimiter, tags } = MARKS[mark.type].markdown as MarkdownDelimiters;
  const inner = writeTexts(texts, { ...place, before: delimiter[0]!, after: delimiter[0]! });
  if (canDelimit(delimiter, inner, place)) return delimiter + inner + delimiter;
  const [tag] = tags;
  return `<${tag}>${writeTexts(texts, { ...place, before: '>', after: '<' })}</${tag}>`;
}

/**
 * Checks that Markdown reads the delimiters as opening and closing, and merges them with no others.
 */
function canDelimit(delimiter: string, inner: string, { before, after }: Place): boolean {
  const opens = STARTS_IN_WORD.test(inner) || ENDS_OUTSIDE.test(before);
  const closes = ENDS_IN_WORD.test(inner) || STARTS_OUTSIDE.test(after);
  const insideWord =
    delimiter === '_' && !(ENDS_OUTSIDE.test(before) && STARTS_OUTSIDE.test(after));
  const char = delimiter[0]!;
  const merges =
    before.endsWith(char) ||
    inner.startsWith(char) ||
    inner.endsWith(char) ||
    after.startsWith(char);
  return opens && closes && !insideWord && !merges;
}

function writeLink(href: string, texts: readonly Text[], place: Place): string {
  const text = writeTexts(texts, { ...place, before: '[', after: ']', inLink: true });
  const safe = safeHref(href)
    ?.replace(/[<>\\]/g, encodeURIComponent)
    .replace(/&(?=#?\w+;)/g, '&amp;');
  if (safe === undefined) return text;
  return /[\s()]/.test(safe) ? `[${text}](<${safe}>)` : `[${text}](${safe})`;
}

function writeCode(text: string, place: Place): string {
  // marked interprets these even in code inside a link.
  if (place.inLink && /[`[\]\\]/.test(text)) return escapeText(text, place);
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return fence + pad + text + pad + fence;
}

function escapeText(text: string, { before, inLink }: Place): string {
  let escaped = text
    .replace(/[\\`*[\]~|]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/<(?=[a-z/!?]|$)/gi, '\\<')
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/!$/, '\\!');
  if (!inLink) {
    escaped = escaped
      .replace(/(?:https?|ftp)(?=:\/\/)/gi, '$&\\')
      .replace(/www(?=\.)/gi, '$&\\')
      .replace(/(?<=\S)@(?=\w)/g, '\\@');
  }
  if (before !== '') return escaped;
  return escaped
    .replace(/^(?:#{1,6}|\+|-)(?=\s|$)|^>|^[-=](?=[-=\s]*$)/, '\\$&')
    .replace(/^(\d{1,9})(?=[.)](?:\s|$))/, '$1\\');
}

function trimSpace(texts: readonly Text[]): { lead: string; texts: Text[]; trail: string } {
  const rest = [...texts];
  let [lead, trail] = ['', ''];
  while (rest.length > 0 && /^\s/.test(rest[0]!.text)) {
    const { text } = rest[0]!;
    const trimmed = text.trimStart();
    lead += text.slice(0, text.length - trimmed.length);
    if (trimmed === '') rest.shift();
    else rest[0] = { ...rest[0]!, text: trimmed };
  }
  while (rest.length > 0 && /\s$/.test(rest.at(-1)!.text)) {
    const { text } = rest.at(-1)!;
    const trimmed = text.trimEnd();
    trail = text.slice(trimmed.length) + trail;
    if (trimmed === '') rest.pop();
    else rest[rest.length - 1] = { ...rest.at(-1)!, text: trimmed };
  }
  return { lead, texts: rest, trail };
}

function outermost({ marks = [] }: Text): Mark | null {
  return (
    MARK_NAMES.map((name) => marks.find(({ type }) => type === name)).find(
      (mark) => mark !== undefined,
    ) ?? null
  );
}

function withoutOutermost(text: Text): Text {
  const mark = outermost(text);
  return { ...text, marks: (text.marks ?? []).filter(({ type }) => type !== mark?.type) };
}

function sameMark(a: Mark, b: Mark | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The first character written for a text; a mark begins with punctuation. */
function beginning({ text, marks = [] }: Text): string {
  return marks.length > 0 ? '*' : text;
}
