import { expect, test } from 'vitest';
import { textParts } from './message-text.ts';

const plain = (text: string) => ({ text, mentions: [] });

test('an address is a link, without the punctuation behind it', () => {
  expect(textParts(plain('See https://tide.example/log(2)?q=a, then.'))).toEqual([
    { kind: 'text', text: 'See ' },
    {
      kind: 'link',
      text: 'https://tide.example/log(2)?q=a',
      href: 'https://tide.example/log(2)?q=a',
    },
    { kind: 'text', text: ', then.' },
  ]);
});

test.each([
  ['(https://en.wikipedia.org/wiki/Rust_(x))', 'https://en.wikipedia.org/wiki/Rust_(x)'],
  ['看https://a.example/c，谢谢', 'https://a.example/c'],
  ['https://a.example/x。', 'https://a.example/x'],
  ['「https://a.example/x」', 'https://a.example/x'],
])('in %s the address is %s', (text, address) => {
  const links = textParts(plain(text)).filter(({ kind }) => kind === 'link');
  expect(links).toEqual([{ kind: 'link', text: address, href: address }]);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'https://'])('%s is text', (text) => {
  expect(textParts(plain(text))).toEqual([{ kind: 'text', text }]);
});

test('mentions are where the message has them, whatever the names', () => {
  const text = 'Ask @Alex or @Alex';
  expect(textParts({ text, mentions: [{ user: 'u2', offset: 13, length: 5 }] })).toEqual([
    { kind: 'text', text: 'Ask @Alex or ' },
    { kind: 'mention', text: '@Alex', user: 'u2' },
  ]);
});

test('code keeps its indentation, and has no mentions and no links', () => {
  const text = 'Try\n```py\n  def f():\n    return "https://x.example"\n```\nor `@Ana x`, @Ana';
  const mentions = [
    { user: 'u1', offset: text.indexOf('@Ana'), length: 4 },
    { user: 'u1', offset: text.lastIndexOf('@Ana'), length: 4 },
  ];
  expect(textParts({ text, mentions })).toEqual([
    { kind: 'text', text: 'Try\n' },
    { kind: 'block', text: '  def f():\n    return "https://x.example"' },
    { kind: 'text', text: 'or ' },
    { kind: 'code', text: '@Ana x' },
    { kind: 'text', text: ', ' },
    { kind: 'mention', text: '@Ana', user: 'u1' },
  ]);
});

test('the parts together are the text', () => {
  const text = 'a @Ana b https://x.example/@Ana c @nobody';
  const mentions = [{ user: 'u1', offset: 2, length: 4 }];
  const parts = textParts({ text, mentions });
  expect(parts.map((part) => part.text).join('')).toBe(text);
});
