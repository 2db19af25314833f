import { expect, test } from 'vitest';
import { ownPath } from './own-path.ts';

test.each([
  ['/d/abc?x=1', '/d/abc?x=1'],
  [undefined, '/'],
  ['', '/'],
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/..//evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['d/abc', '/'],
])('%j leads to %s', (to, expected) => {
  expect(ownPath(to)).toBe(expected);
});
