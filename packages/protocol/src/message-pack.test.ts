import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as browser from './message-pack.browser.ts';
import * as program from './message-pack.ts';

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.maxSafeInteger(),
    // Zero has no sign in messages.
    fc.double({ noNaN: true }).map((number) => (number === 0 ? 0 : number)),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), tie('value')),
  ),
})).value;
const body = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
  value.filter((one) => !JSON.stringify(one).includes('__proto__')),
);

/** Without the classes of a platform, such as its arrays of bytes. */
function plain(read: unknown): unknown {
  if (read instanceof Uint8Array) return { bytes: [...read] };
  if (Array.isArray(read)) return read.map(plain);
  if (typeof read !== 'object' || read === null) return read;
  return Object.fromEntries(Object.entries(read).map(([key, inner]) => [key, plain(inner)]));
}

test('what a browser writes, a server reads, and the other way round', () => {
  fc.assert(
    fc.property(body, (written) => {
      expect(plain(program.unpack(browser.pack(written)))).toEqual(plain(written));
      expect(plain(browser.unpack(program.pack(written)))).toEqual(plain(written));
    }),
    { seed: 17, numRuns: 500 },
  );
});

test('times, which need more than 32 bits, are numbers on both sides', () => {
  const at = Date.UTC(2026, 10, 29);
  expect(program.unpack(browser.pack({ at }))).toEqual({ at });
  expect(browser.unpack(program.pack({ at }))).toEqual({ at });
});

test('a field that is undefined is left out, or absent when it is read', () => {
  expect(program.unpack(browser.pack({ a: 1, b: undefined }))).toEqual({ a: 1 });
});
