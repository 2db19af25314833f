import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DELETED_RANGES } from '../limits.ts';
import { addDeleted, countUnread, type NumberRange } from './unread.ts';

const chat = (chatHead: number, ...numbers: number[]) => ({
  chatHead,
  chatImported: 0,
  chatDeleted: numbers.reduce<NumberRange[]>(addDeleted, []),
});

describe('W40', () => {
  test.each([
    [chat(5), 2, 3],
    [chat(5, 4), 2, 2],
    [chat(5, 3, 4, 5), 2, 0],
    [chat(5, 1, 2, 3), 2, 2],
    [chat(0), 0, 0],
    [chat(2), 7, 0],
  ])('%j, read up to %i: %i are new', (state, read, expected) => {
    expect(countUnread(state, read)).toBe(expected);
  });

  test.each([
    [chat(5), 0, 5, 0],
    [chat(7, 6), 0, 5, 1],
    [chat(7, 3, 6), 2, 5, 1],
    [chat(7), 6, 5, 1],
  ])(
    'W48 %j, read up to %i, with %i imported: %i are new',
    (state, read, chatImported, expected) => {
      expect(countUnread({ ...state, chatImported }, read)).toBe(expected);
    },
  );

  test('messages after the mark are counted, in whatever order messages were deleted', () => {
    const number = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(number, { maxLength: 30 }), fc.nat(60), (deleted, read) => {
        const state = chat(60, ...deleted);
        const standing = Array.from({ length: 60 }, (_, index) => index + 1).filter(
          (one) => one > read && !deleted.includes(one),
        );
        expect(countUnread(state, read)).toBe(standing.length);
        expect(state.chatDeleted).toEqual(state.chatDeleted.toSorted((a, b) => b.to - a.to));
      }),
      { seed: 29 },
    );
  });

  test('of ranges, the newest are known', () => {
    const { chatDeleted } = chat(200, ...Array.from({ length: 99 }, (_, index) => 2 * index + 1));
    expect(chatDeleted).toHaveLength(MAX_DELETED_RANGES);
    expect(chatDeleted[0]).toEqual({ from: 197, to: 197 });
  });
});
