import * as decoding from 'lib0/decoding';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '@tandem/testkit';
import { ByteCursor, Malformed } from './byte-cursor.ts';
import { content } from './testing/update-bytes.ts';
import { utf16Length } from './utf8.ts';
import { skipAny, skipJson } from './values.ts';

function fault(bytes: Uint8Array, skip: (cursor: ByteCursor) => void): string | null {
  const cursor = new ByteCursor(bytes);
  try {
    skip(cursor);
    return cursor.left === 0 ? null : 'bytes left';
  } catch (error) {
    if (error instanceof Malformed) return error.reason;
    throw error;
  }
}

function attempt<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    return error as Error;
  }
}

describe('JSON', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '\\u00e9',
    '\\n',
    'é🙂',
    '-',
    '0',
    '12',
    '.5',
    'e3',
    'E+400',
    'true',
    'null',
    'fals',
    ' ',
    '\n',
    '\f',
    '"__proto__"',
  ];
  const templates = [
    '{"a":[1,-0.5e3,true,null,"é\\u00e9\\n"],"":{}}',
    '[[],{"b":"🙂"},"\\"",1e-7]',
    '{"width":100,"href":"https://a.b/?c=%20"}',
  ];

  test.each([1, 2, 3, 4])('passes what JSON.parse takes, and nothing else: seed %i', (seed) => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < 5_000; i++) {
      const text = random.chance(0.5)
        ? Array.from({ length: random.int(0, 8) }, () => random.pick(pieces)).join('')
        : bend(random.pick(templates), random.pick(pieces), random);
      const parsed = attempt((): unknown => JSON.parse(text));
      const found = fault(content.embed(text).content, skipJson);
      if (parsed instanceof Error) expect([text, found]).not.toEqual([text, null]);
      else if (found === 'json') expect(JSON.stringify(parsed)).toContain('null'); // an infinite number
      else if (found !== null)
        expect([text, found]).toEqual([expect.stringContaining('__proto__'), 'forbidden-key']);
    }
  });

  function bend(text: string, piece: string, random: SeededRandom): string {
    const at = random.int(0, text.length);
    return text.slice(0, at) + piece + text.slice(at + random.int(0, 2));
  }
});

test.each([1, 2])('text is measured as the decoder of Yjs reads it: seed %i', (seed) => {
  const random = new SeededRandom(seed);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const bytes = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0,
    0xf4, 0xf5, 0xff,
  ];
  for (let i = 0; i < 50_000; i++) {
    const text = Uint8Array.from({ length: random.int(0, 5) }, () => random.pick(bytes));
    const decoded = attempt(() => decoder.decode(text));
    expect(utf16Length(text, 0, text.length)).toBe(decoded instanceof Error ? -1 : decoded.length);
  }
});

test.each([1, 2])('Any passes only what lib0 reads to the same end: seed %i', (seed) => {
  const random = new SeededRandom(seed);
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from({ length: random.int(1, 12) }, () =>
      random.chance(0.6) ? random.int(116, 127) : random.int(0, 9),
    );
    if (fault(bytes, skipAny) !== null) continue;
    const decoder = decoding.createDecoder(bytes);
    decoding.readAny(decoder);
    expect(decoding.hasContent(decoder)).toBe(false);
  }
});
