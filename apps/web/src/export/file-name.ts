/** The title of a document as the name of a file that every system can store. */
import { toFileName } from '@tandem/protocol';

/** In bytes of UTF-8, for the longest name that file systems take, with room for an extension and a counter. */
const MAX_STEM_BYTES = 200;

/** Signs that Windows refuses, and those that separate folders. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const NOT_IN_NAMES = /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*]+/gu;
/** Names of devices on Windows, whatever follows the dot. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/iu;

/** Without an extension; unique among `taken`, which it joins. Upper and lower case count as the same. */
export function fileStem(title: string, untitled: string, taken = new Set<string>()): string {
  const stem = cut(safeName(title)) || untitled;
  let unique = stem;
  for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${stem} (${count})`;
  taken.add(unique.toLowerCase());
  return unique;
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
    bytes += new TextEncoder().encode(segment).length;
    if (bytes > MAX_STEM_BYTES) break;
    stem += segment;
  }
  return stem.trimEnd();
}
