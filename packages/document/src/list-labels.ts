import { MAX_INDENT } from './nodes/text-block-attributes.ts';

/** A `Block`, or an editor's node with the same type and attributes. */
export interface NumberedBlock {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>> | undefined;
}

/** Counted from 0. The attribute may hold any value. */
export function listLevel({ attrs }: NumberedBlock): number {
  return Math.min(Math.max(Math.trunc(Number(attrs?.['indent'] ?? 0)) || 0, 0), MAX_INDENT);
}

/** Formats the number in the style of its level: `1.`, `a.`, `i.`, then repeating. */
export function listLabel(number: number, level: number): string {
  // Letters and Roman numerals have no zero.
  return `${number < 1 ? number : FORMS[level % FORMS.length]!(number)}.`;
}

const FORMS: readonly ((number: number) => string)[] = [String, letters, romanNumerals];

function letters(number: number): string {
  let written = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    written = String.fromCharCode(0x61 + ((left - 1) % 26)) + written;
  return written;
}

const ROMAN: readonly (readonly [value: number, numeral: string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const MAX_ROMAN = 3_999;

function romanNumerals(number: number): string {
  if (number > MAX_ROMAN) return String(number);
  let written = '';
  let left = number;
  for (const [value, numeral] of ROMAN) {
    written += numeral.repeat(Math.floor(left / value));
    left %= value;
  }
  return written;
}
