import fc from 'fast-check';
import { mentionsFit, type User } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { joinTexts, NO_TEXT, type MentioningText } from './mentioning-text.ts';
import { applyEdit, toSend, withCurrentNames, withPerson, mentionQuery } from './mentions.ts';

const person = (id: string, name: string): User => ({ id, name, color: 0 });
const ana = person('u1', 'Ana');
const anaMaria = person('u2', 'Ana María');
const zhang = person('u3', '张三');
const alex = person('u4', 'Alex');
const otherAlex = person('u5', 'Alex');
const people = [ana, anaMaria, zhang, alex, otherAlex];

const meant = (written: MentioningText) =>
  written.mentions.map(({ user, offset, length }) => [
    user,
    written.text.slice(offset, offset + length),
  ]);
const typed = (text: string) => meant(toSend({ text, mentions: [] }, people));

describe('a typed name', () => {
  test.each([
    ['@Ana María and @Ana: look', ['u2', '@Ana María'], ['u1', '@Ana']],
    ['@Ana님', ['u1', '@Ana']],
    ['@Anaさん', ['u1', '@Ana']],
    ['@张三你好', ['u3', '@张三']],
    ['你好@Ana', ['u1', '@Ana']],
    ['＠Ana', ['u1', '＠Ana']],
    ['@Ana.', ['u1', '@Ana']],
  ])('%s', (text, ...expected) => {
    expect(typed(text)).toEqual(expected);
  });

  test.each([
    '@Anatol',
    '@Ana1',
    'anna@Ana.example',
    'me@Ana',
    'https://x.example/@Ana',
    '@nobody',
  ])('%s mentions no one', (text) => expect(typed(text)).toEqual([]));

  test('mentions neither of two people who share it, until one is chosen', () => {
    expect(typed('@Alex')).toEqual([]);
    const chosen = withPerson(
      { text: 'Ask @Al now', mentions: [] },
      { from: 4, to: 7, person: otherAlex },
    );
    expect(chosen.text).toBe('Ask @Alex  now');
    expect(meant(toSend(chosen, people))).toEqual([['u5', '@Alex']]);
  });
});

describe('a text in the composer', () => {
  const both: MentioningText = {
    text: '@Alex @Alex',
    mentions: [
      { user: 'u4', offset: 0, length: 5 },
      { user: 'u5', offset: 6, length: 5 },
    ],
  };

  test('keeps its mentions while text is inserted before, between and after them', () => {
    const before = applyEdit(both, 'So @Alex @Alex', 3);
    const between = applyEdit(before, 'So @Alex and @Alex', 13);
    const behind = applyEdit(between, 'So @Alex and @Alex!', 19);
    expect(meant(behind)).toEqual(meant(both));
    expect(meant(applyEdit(both, '@Alex', 0))).toEqual([['u5', '@Alex']]);
    expect(meant(applyEdit(both, '@Alex ', 6))).toEqual([['u4', '@Alex']]);
    expect(meant(applyEdit(both, '@Alx @Alex', 3))).toEqual([['u5', '@Alex']]);
  });

  test('shows current names, and keeps its mentions', () => {
    const renamed = withCurrentNames(both, [person('u4', 'Alexandra'), ana]);
    expect(renamed.text).toBe('@Alexandra @Alex');
    expect(meant(renamed)).toEqual([
      ['u4', '@Alexandra'],
      ['u5', '@Alex'],
    ]);
  });

  test('is sent with its indentation, without blank lines around it', () => {
    const written = { text: ' \n\n  if x:\n\t@Ana\u0007 \n ', mentions: [] };
    expect(toSend(written, people)).toEqual({
      text: '  if x:\n\t@Ana',
      mentions: [{ user: 'u1', offset: 9, length: 4 }],
    });
  });

  test('that was refused is put before the current text', () => {
    expect(meant(joinTexts(both, both))).toEqual([...meant(both), ...meant(both)]);
    expect(joinTexts(both, NO_TEXT)).toBe(both);
  });

  test('always contains its mentions, in order', () => {
    const text = fc.string({
      unit: fc.constantFrom('@', 'A', 'l', 'x', ' ', '\n', '\u0007'),
      maxLength: 12,
    });
    const change = fc.record({ text, caret: fc.nat(12), from: fc.nat(12), to: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        let written = NO_TEXT;
        for (const { text: next, caret, from, to } of changes) {
          written = applyEdit(written, next, Math.min(caret, next.length));
          const [start = 0, end = 0] = [from, to]
            .map((at) => Math.min(at, next.length))
            .toSorted((a, b) => a - b);
          if (end - start < 3)
            written = withPerson(written, { from: start, to: end, person: alex });
          expect(mentionsFit(written)).toBe(true);
          expect(mentionsFit(toSend(written, people))).toBe(true);
        }
      }),
      { seed: 29 },
    );
  });
});

test.each([
  ['@', { from: 0, query: '' }],
  ['hello @an', { from: 6, query: 'an' }],
  ['@Ana Mar', { from: 0, query: 'Ana Mar' }],
  ['(@a', { from: 1, query: 'a' }],
  ['你好@An', { from: 2, query: 'An' }],
  ['привет@An', { from: 6, query: 'An' }],
  ['こんにちは＠An', { from: 5, query: 'An' }],
  ['＠An', { from: 0, query: 'An' }],
  ['me@example', null],
  ['élan@example', null],
  ['anna.b-1@example', null],
  ['https://example.org/@an', null],
  ['@ a', null],
  ['@Ana Mar says', null],
  ['no one', null],
])('%s', (text, expected) => {
  expect(mentionQuery(text, text.length)).toEqual(expected);
});

test('text after the caret does not count', () => {
  expect(mentionQuery('@ana and more', 3)).toEqual({ from: 0, query: 'an' });
});
