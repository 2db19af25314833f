/** What went into a document in one turn, as a line to keep: `page <base> attacker:<update> honest:<update>`. */
import { readFileSync } from 'node:fs';
import type { DocumentKind } from '@tandem/protocol';

export interface FuzzCase {
  readonly kind: DocumentKind;
  /** The saved document. */
  readonly base: Uint8Array;
  readonly doses: readonly Dose[];
}

/** An update, and who sends it. Each of the attacker's has a subscription of its own. */
export interface Dose {
  readonly from: 'honest' | 'attacker';
  readonly update: Uint8Array;
}

export function formatCase({ kind, base, doses }: FuzzCase): string {
  return [kind, hex(base), ...doses.map(({ from, update }) => `${from}:${hex(update)}`)].join(' ');
}

/** The cases of `fixtures/kept-cases.txt`; what follows a `#` is for people. */
export function readKeptCases(): FuzzCase[] {
  const text = readFileSync(new URL('../fixtures/kept-cases.txt', import.meta.url), 'utf8');
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map(parseCase);
}

function parseCase(line: string): FuzzCase {
  const [kind, base, ...words] = line.split(/\s+/);
  if ((kind !== 'data' && kind !== 'page') || base === undefined)
    throw new Error(`not a case: ${line}`);
  const doses = words.map((word): Dose => {
    const [from, update] = word.split(':');
    if ((from !== 'honest' && from !== 'attacker') || update === undefined)
      throw new Error(`not a dose: ${word}`);
    return { from, update: bytes(update) };
  });
  return { kind, base: bytes(base), doses };
}

function hex(update: Uint8Array): string {
  return Buffer.from(update).toString('hex');
}

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
