import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { readPage } from '../page.ts';
import { EVERYTHING, pageOf, seededBytes, UPLOADED } from '../testing/pages.ts';
import { validatePage } from '../validation.ts';
import { fromMarkdown } from './reader.ts';
import { replaceByMarkdown } from './replacing.ts';
import { toMarkdown } from './writer.ts';

const LINES = [
  ...['# Tide log', 'High water at **nine**.', '- one', '- two', '1. first', '2. second'],
  ...['> said', '> > said before', '---', '```js\nwater()\n```', '- [ ] look', '- [x] looked'],
  ...['Low water at three, and *again* at nine. 🌊🌊', 'A [link](https://a.b) in it', '## Night'],
];

function replaced(page: Y.Doc, markdown: string, seed = 1): Y.Doc {
  const state = Y.encodeStateAsUpdate(page);
  const update = replaceByMarkdown(state, markdown, seededBytes(seed));
  const after = new Y.Doc();
  Y.applyUpdate(after, state);
  if (update !== null) Y.applyUpdate(after, update);
  return after;
}

const idsOf = (page: Y.Doc) => readPage(page).map(({ attrs }) => attrs?.id);
/** Characters and markers that are there in both. */
function keptLength(before: Y.Doc, after: Y.Doc): number {
  let kept = 0;
  for (let item = after.getText('text')._start; item !== null; item = item.right)
    if (!item.deleted && item.countable && Y.getState(before.store, item.id.client) > item.id.clock)
      kept += item.length;
  return kept;
}

test.each([EVERYTHING, UPLOADED])('RP1 what reads so already is not changed', (...blocks) => {
  const page = pageOf(blocks);
  expect(
    replaceByMarkdown(Y.encodeStateAsUpdate(page), toMarkdown(page), seededBytes(1)),
  ).toBeNull();
});

test('RP1 blocks that stay keep their ids, their words and what Markdown cannot say', () => {
  const page = pageOf([...EVERYTHING, ...UPLOADED]);
  const after = replaced(page, `${toMarkdown(page)}\nOne more.\n`);
  expect(readPage(after).slice(0, -1)).toEqual(readPage(page));
  expect(keptLength(page, after)).toBe(page.getText('text').length);
});

test('RP2 a changed block keeps its id, its beginning and its end', () => {
  const page = pageOf(fromMarkdown('# Log\n\nHigh water at nine.\n\nLow water at three.\n'));
  const after = replaced(
    page,
    '# Log\n\nHigh water at **ten** past nine.\n\nLow water at three.\n',
  );
  expect(idsOf(after)).toEqual(idsOf(page));
  expect(toMarkdown(after)).toContain('High water at **ten** past nine.');
  expect(keptLength(page, after)).toBe(page.getText('text').length);
});

test('RP2 no character is cut in two', () => {
  const page = pageOf(fromMarkdown('waves 🌊 here\n'));
  const after = replaced(page, 'waves 🌋 here\n');
  expect(toMarkdown(after)).toBe('waves 🌋 here\n');
});

test('RP3 what others write meanwhile stays', () => {
  const page = pageOf(fromMarkdown('# Log\n\nHigh water at nine.\n\nLow water at three.\n'));
  const state = Y.encodeStateAsUpdate(page);
  const other = new Y.Doc();
  Y.applyUpdate(other, state);
  const text = other.getText('text');
  text.insert(text.length, ' Said the harbour.');
  const update = replaceByMarkdown(state, '# Tide log\n\nLow water at three.\n', seededBytes(3));
  Y.applyUpdate(other, update!);
  expect(toMarkdown(other)).toBe('# Tide log\n\nLow water at three. Said the harbour.\n');
});

test('RP4 any page becomes any other, and fits the schema', () => {
  const random = seededBytes(7);
  const some = () =>
    Array.from(random(random(1)[0]! % 12), (byte) => LINES[byte % LINES.length]).join('\n\n');
  let page = pageOf([...EVERYTHING, ...UPLOADED]);
  for (let round = 0; round < 60; round++) {
    const blocks = fromMarkdown(some());
    const wanted = toMarkdown(blocks);
    const after = replaced(page, wanted, round);
    expect(toMarkdown(after), wanted).toBe(toMarkdown(fromMarkdown(wanted)));
    expect(validatePage(after)).toEqual([]);
    page = after;
  }
});

test('RP4 a page with blocks that were moved and joined', () => {
  const page = pageOf(fromMarkdown('one\n\ntwo\n\nthree\n\nfour\n'));
  const [one, , three] = readPage(page).map(({ attrs }) => attrs?.id as string);
  const { attributes, text } = {
    attributes: page.getMap('attributes'),
    text: page.getText('text'),
  };
  text.insertEmbed(text.length, { place: 'slot-of-one' });
  attributes.set(`${one}.at`, 'slot-of-one');
  expect(toMarkdown(page)).toBe('two\n\nthree\n\nfour\n\none\n');
  for (const wanted of [
    'zero\n\ntwo\n\none\n',
    'one\n\ntwo\n',
    'two\n\nthree\n\nx\n\none more\n',
    '',
  ])
    expect(toMarkdown(replaced(page, wanted))).toBe(wanted);
  expect(idsOf(replaced(page, 'two\n\nthree\n\nand four\n\none\n'))).toContain(three);
});

test('RP1 quotes that read alike keep what they are, however many', () => {
  const quotes = '> a\n\n'.repeat(5_000);
  const page = pageOf(fromMarkdown(quotes));
  const ids = idsOf(page);
  const after = replaced(page, `${quotes}The end.\n`);
  expect(idsOf(after).slice(0, ids.length)).toEqual(ids);
});

test('RP4 a page gets many blocks at once', () => {
  const page = replaced(pageOf(fromMarkdown('one\n')), '- a\n'.repeat(120_000));
  expect(page.getText('text').length).toBe(2 * 120_000);
}, 60_000);
