/** The updates that a document received in one turn, as a line: `page <base> attacker:<update> valid:<update>`. */
import { readFileSync } from 'node:fs';
import type { DocumentKind } from '@tandem/protocol';

export interface FuzzCase {
  readonly kind: DocumentKind;
  readonly base: Uint8Array;
  readonly steps: readonly FuzzStep[];
}

export interface FuzzStep {
  readonly from: 'valid' | 'attacker';
  readonly update: Uint8Array;
}

export function formatCase({ kind, base, steps }: FuzzCase): string {
  return [kind, hex(base), ...steps.map(({ from, update }) => `${from}:${hex(update)}`)].join(' ');
}

export function readRegressionCases(): FuzzCase[] {
  const text = readFileSync(new URL('../fixtures/regression-cases.txt', import.meta.url), 'utf8');
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
  const steps = words.map((word): FuzzStep => {
    const [from, update] = word.split(':');
    if ((from !== 'valid' && from !== 'attacker') || update === undefined)
      throw new Error(`not a step: ${word}`);
    return { from, update: bytes(update) };
  });
  return { kind, base: bytes(base), steps };
}

function hex(update: Uint8Array): string {
  return Buffer.from(update).toString('hex');
}

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
