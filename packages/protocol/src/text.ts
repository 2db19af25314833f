/**
 * Schemas of all text fields of the wire and of HTTP. SQLite, Postgres, JSON and XML can store
 * accepted text, and a screen can show it.
 *
 * - U+0000 and lone surrogates are refused where a person sees the refusal, elsewhere replaced by
 *   U+FFFD
 * - other control characters are removed; in one-line text, line breaks and tabs become a space
 * - text of invisible characters only counts as empty
 *
 * A schema of client input refuses with a sentence for a person. The schema of the same text from
 * the server only limits the length: visibility of characters depends on the Unicode version, and
 * the server has decided.
 */
import * as z from 'zod/mini';

const REPLACEMENT = '\ufffd';
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** Control characters, and the two noncharacters that XML excludes. */
const CONTROL = /[\p{Control}\ufffe\uffff]/gu;
const LINE_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
const LINE_BREAKS_AND_TABS = /[\n\t]+/g;
/** Always blank; joiners, variation selectors and bidirectional marks belong to neighbours. */
const BLANK = /^[\s\u00ad\u200b\u2060\u2800\u3164\ufeff\uffa0]/u;
const INVISIBLE_ONLY =
  /^[\p{White_Space}\p{Control}\p{Surrogate}\p{Default_Ignorable_Code_Point}\p{Nonspacing_Mark}\p{Enclosing_Mark}\u2800\ufff9-\ufffb\ufffe\uffff\u{13430}-\u{13455}\u{1d159}]*$/u;

export function hasVisibleText(text: string): boolean {
  return !INVISIBLE_ONLY.test(text);
}

export function toStorable(text: string): string {
  return text.replaceAll('\0', REPLACEMENT).replace(LONE_SURROGATE, REPLACEMENT);
}

export interface FitOptions {
  readonly maxLength: number;
  readonly lines: Lines;
}

/** Cleans text that is not validated as input, such as derived or previously stored text. */
export function fitText(text: string, { maxLength, lines }: FitOptions): string {
  return truncateText(clean(toStorable(text), lines), maxLength);
}

/** Counts code points, as the schemas do, so no character is cut in two. */
export function truncateText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = 0;
  for (let count = 0; count < maxLength && end < text.length; count++)
    end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

type Trimmed = 'both' | 'end' | 'none';

type Lines = 'one' | 'many';

interface TextRules {
  readonly lines: Lines;
  readonly maxLength: number;
  readonly tooLong: string;
  readonly empty?: string;
  readonly trimmed: Trimmed;
}

const UNSTORABLE = 'This text contains a character that cannot be stored. Remove it and try again.';

const SENTENCES = new Set<string>([UNSTORABLE]);

/** A sentence that a person may see when a text is refused. */
export function refusalSentence(sentence: string): string {
  SENTENCES.add(sentence);
  return sentence;
}

export function acceptedText({ lines, maxLength, tooLong, empty, trimmed }: TextRules) {
  SENTENCES.add(tooLong);
  if (empty !== undefined) SENTENCES.add(empty);
  const text = z.string().check(
    z.overwrite((given) => {
      const cleaned = clean(given, lines);
      if (!hasVisibleText(cleaned) && isStorable(cleaned)) return '';
      return trimBlanks(cleaned, trimmed);
    }),
    z.maxLength(maxLength, tooLong),
  );
  const present =
    empty === undefined ? text : text.check(z.minLength(1, empty), z.refine(hasVisibleText, empty));
  return present.check(z.refine(isStorable, UNSTORABLE));
}

export function sentText(maxLength: number, minLength = 0) {
  const schema = z.string().check(z.maxLength(maxLength));
  return minLength === 0 ? schema : schema.check(z.minLength(minLength));
}

/** Schema of text that is never displayed, such as a token: unstorable characters are replaced. */
export function opaqueText(maxLength: number) {
  return z.string().check(z.maxLength(maxLength), z.overwrite(toStorable));
}

export function asciiId(maxLength: number) {
  return z.string().check(z.maxLength(maxLength), z.regex(/^[!-~]+$/));
}

export function textRefusal(error: z.core.$ZodError): string | null {
  const [first] = error.issues;
  if (first === undefined) return null;
  return error.issues.every(({ message }) => SENTENCES.has(message)) ? first.message : null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.search(LONE_SURROGATE) < 0;
}

/** Keeps U+0000 and lone surrogates; the caller refuses or replaces them. */
function clean(text: string, lines: Lines): string {
  const broken = text.replace(LINE_BREAKS, '\n');
  const laidOut = lines === 'one' ? broken.replace(LINE_BREAKS_AND_TABS, ' ') : broken;
  return laidOut.replace(CONTROL, (control) => (KEPT_CONTROLS.includes(control) ? control : ''));
}

const KEPT_CONTROLS = ['\n', '\t', '\0'];

/** A loop: a pattern for trailing blanks takes quadratic time on long inner runs of blanks. */
function trimBlanks(text: string, trimmed: Trimmed): string {
  let start = 0;
  let end = text.length;
  if (trimmed === 'both') while (start < end && BLANK.test(text.charAt(start))) start++;
  if (trimmed !== 'none') while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
