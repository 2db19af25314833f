import { expect, test } from 'vitest';
import { librarySearch } from './http.ts';
import { MAX_REQUESTED_NAME_LENGTH, MAX_SEARCH_LENGTH } from './limits.ts';
import { requestedName } from './messages/field.ts';

test('a search of the list has a length', () => {
  expect(librarySearch.safeParse('x'.repeat(MAX_SEARCH_LENGTH)).success).toBe(true);
  expect(librarySearch.safeParse('x'.repeat(MAX_SEARCH_LENGTH + 1)).success).toBe(false);
});

test('W15, W29: a name that is asked for may be any text; one that is too long is the name of nothing', () => {
  const longest = 'x'.repeat(MAX_REQUESTED_NAME_LENGTH);
  expect(requestedName.parse(longest)).toBe(longest);
  expect(requestedName.parse(`${longest}x`)).toBe('');
  expect(requestedName.parse('chat:a\0b\ud800')).toBe('chat:a\ufffdb\ufffd');
});
