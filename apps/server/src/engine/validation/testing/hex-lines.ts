import { readFileSync } from 'node:fs';

/** The lines of a fixture: hexadecimal words; a `#` begins a comment. */
export function readHexLines(name: string): Uint8Array[][] {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/).map((word) => Uint8Array.from(Buffer.from(word, 'hex'))));
}
