import { expect, test } from 'vitest';
import { safeHref } from './href.ts';
import { MAX_HREF_LENGTH } from './limits.ts';

test.each([
  'https://example.com/a?b=c#d',
  'HTTP://EXAMPLE.COM',
  'mailto:a@b.c',
  'tel:+49-30-1',
  '//example.com/a',
  '/a/b:c',
  './a',
  '../a:b',
  'a/b',
  '?a=b:c',
  '#a:b',
])('%j is safe', (href) => {
  expect(safeHref(href)).toBe(href);
});

test('white space around an address is dropped', () => {
  expect(safeHref(' \n https://a.b\u00a0 ')).toBe('https://a.b');
});

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
  'javascript\u0000:alert(1)',
  'java\u00adscript:alert(1)',
  'javascript\u2028:alert(1)',
  'javascript&colon;x:alert(1)',
  'javascript%3Aalert(1):',
  '\ufeffjavascript:alert(1)',
  'ｊavascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'blob:https://a.b/c',
  'filesystem:https://a.b/c',
  'view-source:https://a.b',
  'ws://a.b',
  'a:b',
  ':a',
  '',
  '  ',
  null,
  undefined,
  1,
  {},
  ['https://a.b'],
  { toString: () => 'https://a.b' },
])('%j is not', (href) => {
  expect(safeHref(href)).toBeNull();
});

test('an address may be as long as the limit', () => {
  const longest = `https://a.b/${'x'.repeat(MAX_HREF_LENGTH - 12)}`;
  expect(safeHref(longest)).toBe(longest);
  expect(safeHref(`${longest}x`)).toBeNull();
});
