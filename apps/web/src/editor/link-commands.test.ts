import { expect, test } from 'vitest';

import { localPage, text } from './headless-page.ts';
import {
  asHref,
  completeHref,
  insertLink,
  linkAt,
  linkTarget,
  removeLink,
  setLink,
} from './link-commands.ts';

const linked = () =>
  localPage([
    {
      type: 'textBlock',
      content: [
        { type: 'text', text: 'see ' },
        { type: 'text', text: 'the ', marks: [{ type: 'link', attrs: { href: 'https://a.org' } }] },
        {
          type: 'text',
          text: 'page',
          marks: [{ type: 'link', attrs: { href: 'https://a.org' } }, { type: 'bold' }],
        },
        { type: 'text', text: ' now' },
      ],
    },
  ]);

test('a link is found as a whole, across other marks, from within and from its edges', () => {
  const { doc } = linked().state;
  for (const pos of [5, 8, 10, 13])
    expect(linkAt(doc.resolve(pos))).toEqual({ from: 5, to: 13, href: 'https://a.org' });
  for (const pos of [1, 3, 15]) expect(linkAt(doc.resolve(pos))).toBeNull();
});

test('is changed and removed as a whole', () => {
  const view = linked();
  view.select('page', 2);
  view.run(setLink(linkTarget(view.state)!, 'b.org'));
  expect(linkAt(view.state.doc.resolve(6))).toEqual({ from: 5, to: 13, href: 'https://b.org' });
  view.run(removeLink(linkTarget(view.state)!));
  expect(linkAt(view.state.doc.resolve(6))).toBeNull();
});

test.each([
  ['see the page', 5, 'the'],
  ['see the page', 4, 'the'],
  ['see the page', 7, 'the'],
  ['see the page', 12, 'page'],
  ['see  the', 4, null],
  ['(see)', 5, null],
  ['don’t go', 2, 'don’t'],
  ['我喜欢螃蟹', 4, '螃蟹'],
  ['', 0, null],
])('without a selection the word at the caret is meant: %j at %i', (words, offset, expected) => {
  const view = localPage([text(words)]);
  if (words) view.select(words, offset);
  const target = linkTarget(view.state);
  expect(target && view.state.doc.textBetween(target.from, target.to)).toBe(expected);
});

test('words with an address are put at the caret, and what is typed behind them is not linked', () => {
  const view = localPage([text('a b')]);
  view.select('a b', 2);
  expect(view.run(insertLink(' the page ', 'a.org'))).toBe(true);
  view.type('!');
  expect(view.state.doc.textContent).toBe('a the page!b');
  expect(linkAt(view.state.doc.resolve(5))).toEqual({ from: 3, to: 11, href: 'https://a.org' });
  expect(view.run(insertLink('x', 'javascript:alert(1)'))).toBe(false);
  expect(view.run(insertLink('  ', 'a.org'))).toBe(false);
});

test('an unsafe address is refused', () => {
  const view = linked();
  view.select('see', 0, 3);
  expect(view.run(setLink({ from: 1, to: 4 }, 'javascript:alert(1)'))).toBe(false);
  expect(view.run(setLink({ from: 1, to: 1 }, 'https://a.org'))).toBe(false);
});

test.each([
  ['example.org', 'https://example.org'],
  ['example.org/a?b', 'https://example.org/a?b'],
  [' https://a.org ', 'https://a.org'],
  ['me@example.org', 'mailto:me@example.org'],
  ['/documents/x', '/documents/x'],
  ['#part', '#part'],
])('%j means %j', (typed, href) => {
  expect(completeHref(typed)).toBe(href);
});

test('pasted text is an address only as a whole', () => {
  expect(asHref('https://a.org/x')).toBe('https://a.org/x');
  expect(asHref('https://a.org/Rust_(x)_')).toBe('https://a.org/Rust_(x)_');
  expect(asHref('https://a.org/x。然后')).toBeNull();
  expect(asHref('https://a.org https://b.org')).toBeNull();
  expect(asHref('see https://a.org/x')).toBeNull();
  expect(asHref('javascript:alert(1)')).toBeNull();
});
