import { expect, test } from 'vitest';
import { anchorsOf, linksOf } from './markdown-links.ts';

const targets = (markdown: string) => linksOf(markdown).map(({ target }) => target);

test.each([
  ['[a](b.md)', ['b.md']],
  ['[a](b.md "title") and ![c](d.png)', ['b.md', 'd.png']],
  ['[![badge](x.svg)](y.md)', ['x.svg', 'y.md']],
  ['[a](<b.md>)', ['b.md']],
  ['[a](wiki_(x).md#y)', ['wiki_(x).md#y']],
  ['[a]: ../b.md', ['../b.md']],
  ['<img width="3" src="a.png"><a href="#b">', ['a.png', '#b']],
  ['`[a](b.md)` and ``x ` [a](b.md)``', []],
  ['```md\n[a](b.md)\n```\n[c](d.md)', ['d.md']],
  ['~~~\n```\n[a](b.md)\n~~~', []],
  ['<!-- [a](b.md)\n[c](d.md) -->', []],
  ['[^1]: not a link', []],
])('links of %j', (markdown, expected) => {
  expect(targets(markdown)).toEqual(expected);
});

test('a link knows its line', () => {
  expect(linksOf('one\n```\ntwo\n```\n[a](b)')).toEqual([{ target: 'b', line: 5 }]);
});

test('anchors are GitHub’s slugs', () => {
  const anchors = anchorsOf(
    [
      '# The *wire* (v1)',
      '## `pnpm test`, in short',
      '## Same',
      '## Same',
      '### [Linked](x.md) & more',
      '#### Größe – 数',
      'Underlined',
      '---',
      '```',
      '# not a heading',
      '```',
      '<a id="by-hand"></a>',
      'snake_case stays',
      '===',
    ].join('\n'),
  );
  expect([...anchors].sort((a, b) => a.localeCompare(b, 'en'))).toEqual(
    [
      'by-hand',
      'größe--数',
      'linked--more',
      'pnpm-test-in-short',
      'same',
      'same-1',
      'snake_case-stays',
      'the-wire-v1',
      'underlined',
    ].sort((a, b) => a.localeCompare(b, 'en')),
  );
});
