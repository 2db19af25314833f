/** The title of a document as the name of a file that every system can store. */
import { toFileName } from '@tandem/protocol';

/**
 * In bytes of UTF-8. A folder, a name in it, an extension and a counter stay below the 260 characters of a path on Windows,
 * with those of the folder in which a zip file is unpacked.
 */
export const MAX_STEM_BYTES = 100;

/** Signs that Windows refuses, and those that separate folders. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const NOT_IN_NAMES = /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*]+/gu;
/** Names of devices on Windows, whatever follows the dot. */
const DEVICES = /^(?:con(?:in\$|out\$)?|prn|aux|nul|(?:com|lpt)[\d¹²³])(?=\s*(?:\.|$))/iu;

/**
 * Without an extension; unique among `taken`, which it joins. Upper and lower case count as the same.
 *
 * @param endings with which the names that are made of it end
 */
export function fileStem(
  title: string,
  untitled: string,
  taken = new Set<string>(),
  endings: readonly string[] = [''],
): string {
  const stem = cut(safeName(title)) || untitled;
  let unique = stem;
  const names = (): string[] => endings.map((ending) => withoutCase(unique + ending));
  for (let count = 2; names().some((name) => taken.has(name)); count++)
    unique = `${stem} (${count})`;
  for (const name of names()) taken.add(name);
  return unique;
}

/** Both ways: there are letters with two forms in lower case, as ς and σ, and some with none in upper case. */
function withoutCase(name: string): string {
  return name.toLowerCase().toUpperCase();
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The name of an uploaded file, unique among `taken`. */
export function uniqueFileName(name: string, taken: Set<string>): string {
  const safe = safeName(toFileName(name));
  const extension = /\.[A-Za-z0-9]{1,10}$/u.exec(safe)?.[0] ?? '';
  return fileStem(safe.slice(0, safe.length - extension.length), 'file', taken) + extension;
}

function safeName(text: string): string {
  return text
    .normalize('NFC')
    .replace(NOT_IN_NAMES, ' ')
    .replace(/[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/^[.\s]+|[.\s]+$/gu, '')
    .replace(DEVICES, '$&_');
}

function cut(name: string): string {
  let bytes = 0;
  let stem = '';
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    bytes += utf8Length(segment);
    if (bytes > MAX_STEM_BYTES) break;
    stem += segment;
  }
  return stem.replace(/[.\s]+$/u, '');
}
