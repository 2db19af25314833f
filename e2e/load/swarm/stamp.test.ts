import { describe, expect, test } from 'vitest';
import { ageMs, readStamps, restamp, STAMP_LENGTH, stampedText } from './stamp.ts';

const read = (bytes: Buffer) => {
  const found: [writer: number, number: number, atMs: number][] = [];
  readStamps(bytes, (...stamp) => found.push(stamp));
  return found;
};

describe('stamps', () => {
  test('are found at any position, in order', () => {
    const one = stampedText(60, { writer: 7, number: 12, atMs: 123.456 });
    const two = stampedText(STAMP_LENGTH, { writer: 99_999, number: 0, atMs: 5 });
    expect(one).toHaveLength(60);
    expect(read(Buffer.from(`42["sent","${one}"]${two}`))).toEqual([
      [7, 12, 123.456],
      [99_999, 0, 5],
    ]);
  });

  test('are not found if incomplete', () => {
    const text = stampedText(STAMP_LENGTH, { writer: 1, number: 1, atMs: 1 });
    expect(read(Buffer.from(text.slice(0, -1)))).toEqual([]);
  });

  test('can be set to another time', () => {
    const bytes = Buffer.from(`ab${stampedText(STAMP_LENGTH, { writer: 1, number: 2, atMs: 3 })}`);
    restamp(bytes, 1_000.5);
    expect(read(bytes)).toEqual([[1, 2, 1_000.5]]);
  });

  test('have a correct age when the clock wraps', () => {
    const periodMs = 1e9;
    expect(ageMs(periodMs - 1, 2)).toBe(3);
    expect(ageMs(1, periodMs + 3)).toBe(2);
  });
});
