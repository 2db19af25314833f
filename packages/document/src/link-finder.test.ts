import { expect, test } from 'vitest';
import { findLinks } from './link-finder.ts';

function marked(text: string): string {
  let result = '';
  let at = 0;
  for (const link of findLinks(text)) {
    result += `${text.slice(at, link.index)}⟦${link.text}⟧`;
    at = link.index + link.text.length;
  }
  return result + text.slice(at);
}

test.each([
  '⟦https://a.org⟧',
  'see ⟦https://a.org/x⟧.',
  'see ⟦https://a.org/x⟧, then ⟦http://b.org⟧!',
  'really ⟦https://a.org/x?y=1&z=2#part⟧?!',
  '⟦https://a.org/a.b,c;d:e⟧',
  "⟦https://en.wikipedia.org/wiki/L'Hôpital⟧'",
  '⟦https://en.wikipedia.org/wiki/Rust_(x)⟧',
  '(⟦https://en.wikipedia.org/wiki/Rust_(x)⟧)',
  '(see ⟦https://en.wikipedia.org/wiki/Rust_(x)⟧).',
  '(⟦https://a.org⟧)',
  '[⟦https://a.org/x⟧]',
  '[name](⟦https://a.org/b_(c)⟧)',
  '⟦https://a.org/a(b[c]{d})e⟧',
  '⟦https://a.org/a⟧(',
  '⟦http://[::1]:3000/x⟧',
  '**⟦https://a.org⟧**',
  'see ⟦https://a.org/snake_case⟧_',
  '<⟦https://a.org⟧>',
  '"⟦https://a.org⟧"',
  '“⟦https://a.org⟧”',
  '见⟦https://a.org/x⟧。然后',
  '⟦https://a.org/x⟧，然后',
  '（⟦https://a.org/x⟧）',
  '「⟦https://a.org/x⟧」、',
  '⟦https://zh.wikipedia.org/wiki/蟹⟧！',
  '⟦https://ja.wikipedia.org/wiki/佐々木⟧。',
  'انظر ⟦https://a.org/x⟧؟',
  'देखें ⟦https://a.org/x⟧।',
  '⟦HTTPS://A.ORG⟧',
  'write to ⟦mailto:me@a.org⟧.',
  '⟦https://münchen.example/straße⟧',
])('%s', (text) => {
  expect(marked(text.replace(/[⟦⟧]/g, ''))).toBe(text);
});

test.each([
  'https://',
  'http://.',
  'xhttps://a.org',
  'javascript:alert(1)',
  'ftp://a.org',
  'mailto:',
  'mailto:nobody',
  'a.org',
])('%j holds none', (text) => {
  expect(findLinks(text)).toEqual([]);
});

test('a long text of beginnings is read in one pass', () => {
  expect(findLinks('http://a'.repeat(20_000))).toHaveLength(0);
  expect(findLinks('mailto:'.repeat(100_000))).toHaveLength(0);
  expect(findLinks(`https://a.org/${'.'.repeat(200_000)}x`)).toHaveLength(0);
  expect(findLinks('https://a.org/x '.repeat(20_000))).toHaveLength(20_000);
});
