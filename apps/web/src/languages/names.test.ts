import { expect, test } from 'vitest';
import { isolated, nameList } from './names.ts';

test('a name cannot reorder the words around it', () => {
  expect(isolated('Ada')).toBe('Ada');
  expect(isolated('你好 ❤️')).toBe('你好 ❤️');
  expect(isolated('שלום')).toBe('\u2068שלום\u2069');
  expect(isolated('\u202eAda\u2069')).toBe('\u2068Ada\u2069');
  expect(nameList(['\u202eAda', 'Ben'], 'en')).toBe('\u2068Ada\u2069 and Ben');
});
