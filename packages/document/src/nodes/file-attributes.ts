/**
 * What image and file blocks have in common: attributes, and their forms in HTML and Markdown. They refer to a file
 * by its id and never by an address, so that nothing is loaded from elsewhere (PM11).
 */
import type { Tokens } from 'marked';
import { escapeHtml } from '../html-text.ts';
import {
  MAX_CAPTION_LENGTH,
  MAX_FILE_NAME_LENGTH,
  MAX_FILE_SIZE,
  MAX_IMAGE_SIDE,
} from '../limits.ts';
import { type AttributeRule, type FileAddress, integer, matches } from './definition.ts';
import type { HtmlElement } from './html-element.ts';

const SINCE = 2;

/** A ULID. */
const fileId = matches(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, SINCE);

/** One line without control characters and signs of direction, in which a name would be shown as another one. */
const line = (most: number, others = ''): AttributeRule =>
  matches(
    new RegExp(
      `^[^\\p{Control}\\p{Surrogate}\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069${others}]{1,${most}}$`,
      'u',
    ),
    SINCE,
  );

const side = integer({ least: 1, most: MAX_IMAGE_SIDE }, SINCE);

/** Attributes of both. */
export const FILE_ATTRIBUTES = {
  file: fileId,
  name: line(MAX_FILE_NAME_LENGTH, '/\\\\'),
  size: integer({ least: 0, most: MAX_FILE_SIZE }, SINCE),
  caption: line(MAX_CAPTION_LENGTH),
} as const;

export const IMAGE_ATTRIBUTES = {
  ...FILE_ATTRIBUTES,
  /** In pixels, of the image. */
  width: side,
  height: side,
  alt: line(MAX_CAPTION_LENGTH),
  /** In CSS pixels; as wide as the text at most. */
  displayWidth: side,
} as const;

type Values = Readonly<Record<string, string | number | null | undefined>>;
type Rules = Readonly<Record<string, AttributeRule>>;

/** Values of text that come from elsewhere: only those that a page may store. */
function validValues(rules: Rules, read: (name: string) => string | null): Values {
  const entries = Object.keys(rules).flatMap((name) => {
    const text = read(name);
    if (text === null) return [];
    const value = NUMBERS.has(name) ? Number(text) : text;
    return rules[name]!(value) === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

const NUMBERS: ReadonlySet<string> = new Set(['size', 'width', 'height', 'displayWidth']);

export function dataAttributes(rules: Rules, values: Values): Record<string, string> {
  const entries = Object.keys(rules).flatMap((name) => {
    const value = values[name];
    return value === null || value === undefined ? [] : [[dataName(name), String(value)] as const];
  });
  return Object.fromEntries(entries);
}

function dataName(name: string): string {
  return `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function writeDataAttributes(rules: Rules, values: Values): string {
  return Object.entries(dataAttributes(rules, values))
    .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
    .join('');
}

/** Null for an element that is no such block. */
export function readDataAttributes(
  rules: Rules,
  kind: 'image' | 'file',
  element: HtmlElement,
): Values | null {
  if (element.getAttribute('data-type') !== kind) return null;
  const values = validValues(rules, (name) => element.getAttribute(dataName(name)));
  return values['file'] === undefined ? null : values;
}

const SCHEME = 'tandem-file:';

/** `tandem-file:<id>?name=…`: everything that Markdown has no place for. */
export function writeAddress(rules: Rules, values: Values): string {
  const query = Object.keys(rules).flatMap((name) => {
    const value = values[name];
    if (name === 'file' || value === null || value === undefined) return [];
    return [`${name}=${escapeComponent(String(value))}`];
  });
  return `${SCHEME}${values['file'] ?? ''}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** Of the file outside of the product; null where it has none. */
export function outsideAddress(
  { file }: Values,
  { fileAddress }: { readonly fileAddress: FileAddress | null },
): string | null {
  return typeof file === 'string' ? (fileAddress?.(file) ?? null) : null;
}

function escapeComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (sign) => `%${hex(sign)}`);
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase();
}

/** What the label of an image or link may contain without being read as something else. */
export function plainLabel(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{Zs}.,-]/gu, '').trim();
}

/** The values of a paragraph that is one such image or link. */
export function readParagraph(
  { tokens }: Pick<Tokens.Paragraph, 'tokens'>,
  type: 'image' | 'link',
  rules: Rules,
): Values | null {
  const [token, ...rest] = tokens;
  if (token === undefined || rest.length > 0 || token.type !== type) return null;
  const { href } = token as Tokens.Image | Tokens.Link;
  if (!href.startsWith(SCHEME)) return null;
  const [file = '', query = ''] = href.slice(SCHEME.length).split('?', 2);
  const given = new Map([['file', file]]);
  for (const part of query.split('&')) {
    const at = part.indexOf('=');
    const value = decoded(part.slice(at + 1));
    if (at > 0 && value !== null) given.set(part.slice(0, at), value);
  }
  const values = validValues(rules, (name) => given.get(name) ?? null);
  return values['file'] === undefined ? null : values;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
