/**
 * Text that people and programs send. Every text field of the wire and of HTTP is made of the schemas below, so
 * that what they let in can be held by SQLite, Postgres, JSON and XML, and seen on a screen.
 *
 * - U+0000 and lone surrogates are refused where somebody reads the refusal, and replaced by U+FFFD elsewhere
 * - other control characters are removed; in a text of one line, line breaks and tabs become a space
 * - a text that consists of invisible characters only counts as empty
 *
 * A schema of what a client sends refuses in a sentence for a person. The schema of the same text as the server
 * sends it only limits the length: which characters are visible depends on the version of Unicode, and the
 * server has decided.
 */
import { z } from 'zod';

const REPLACEMENT = '\ufffd';
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** Controls, and the two noncharacters that XML does not hold. */
const CONTROL = /[\p{Control}\ufffe\uffff]/gu;
const LINE_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
const LINE_BREAKS_AND_TABS = /[\n\t]+/g;
/** Blank wherever they stand; joiners, variation selectors and bidirectional marks belong to their neighbours. */
const BLANK = /^[\s\u00ad\u200b\u2060\u2800\u3164\ufeff\uffa0]/u;
const INVISIBLE_ONLY =
  /^[\p{White_Space}\p{Control}\p{Surrogate}\p{Default_Ignorable_Code_Point}\p{Nonspacing_Mark}\p{Enclosing_Mark}\u2800\ufff9-\ufffb\ufffe\uffff\u{13430}-\u{13455}\u{1d159}]*$/u;

export function hasVisibleText(text: string): boolean {
  return !INVISIBLE_ONLY.test(text);
}

/** Without U+0000 and lone surrogates. */
export function toStorable(text: string): string {
  return text.replaceAll('\0', REPLACEMENT).replace(LONE_SURROGATE, REPLACEMENT);
}

export interface FitOptions {
  readonly maxLength: number;
  readonly lines: Lines;
}

/** Cleans a text that is not refused, such as one that is derived from another or was stored earlier. */
export function fitText(text: string, { maxLength, lines }: FitOptions): string {
  return truncateText(clean(toStorable(text), lines), maxLength);
}

/** The first characters, counted as the schemas count them: by code points, so that none is cut in two. */
export function truncateText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = 0;
  for (let count = 0; count < maxLength && end < text.length; count++)
    end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

type Trimmed = 'both' | 'end' | 'none';

/** `one`: a name, a title or an excerpt. `many`: a message. */
type Lines = 'one' | 'many';

interface TextRules {
  readonly lines: Lines;
  readonly maxLength: number;
  /** What is refused as too long. */
  readonly tooLong: string;
  /** Refuses a text in which nothing is visible. Left out where the text may be empty. */
  readonly empty?: string;
  /** At which ends blanks are removed. */
  readonly trimmed: Trimmed;
}

const UNSTORABLE = 'This text contains a character that cannot be stored. Remove it and try again.';

/** Refusals that are sentences for a person. */
const SENTENCES = new Set<string>([UNSTORABLE]);

/** Schema of a text that a client sends. */
export function acceptedText({ lines, maxLength, tooLong, empty, trimmed }: TextRules) {
  SENTENCES.add(tooLong);
  if (empty !== undefined) SENTENCES.add(empty);
  const schema = z
    .string()
    .overwrite((text) => {
      const cleaned = clean(text, lines);
      if (!hasVisibleText(cleaned) && isStorable(cleaned)) return '';
      return trimBlanks(cleaned, trimmed);
    })
    .max(maxLength, tooLong);
  return (empty === undefined ? schema : schema.min(1, empty).refine(hasVisibleText, empty)).refine(
    isStorable,
    UNSTORABLE,
  );
}

/** Schema of a text as the server sends it. */
export function sentText(maxLength: number, minLength = 0) {
  const schema = z.string().max(maxLength);
  return minLength === 0 ? schema : schema.min(minLength);
}

/** Schema of a text that nobody sees, such as a token or a search: what cannot be stored is replaced. */
export function opaqueText(maxLength: number) {
  return z.string().max(maxLength).overwrite(toStorable);
}

/** Schema of an id: printable ASCII without spaces. */
export function asciiId(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(/^[!-~]+$/);
}

/** The sentence of a refusal that is about text alone; null for any other. */
export function textRefusal(error: z.ZodError): string | null {
  const [first] = error.issues;
  if (first === undefined) return null;
  return error.issues.every(({ message }) => SENTENCES.has(message)) ? first.message : null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.search(LONE_SURROGATE) < 0;
}

/** Keeps U+0000 and lone surrogates, which are refused or replaced by the caller. */
function clean(text: string, lines: Lines): string {
  const broken = text.replace(LINE_BREAKS, '\n');
  const laidOut = lines === 'one' ? broken.replace(LINE_BREAKS_AND_TABS, ' ') : broken;
  return laidOut.replace(CONTROL, (control) => (KEPT_CONTROLS.includes(control) ? control : ''));
}

const KEPT_CONTROLS = ['\n', '\t', '\0'];

/** In a loop: the pattern for the end takes quadratic time where many blanks stand in the middle. */
function trimBlanks(text: string, trimmed: Trimmed): string {
  let start = 0;
  let end = text.length;
  if (trimmed === 'both') while (start < end && BLANK.test(text.charAt(start))) start++;
  if (trimmed !== 'none') while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
