import { describe, expect, test } from 'vitest';
import type { Block } from '../blocks.ts';
import { readPage } from '../page.ts';
import { EVERYTHING, pageOf } from '../testing/pages.ts';
import { shownBlocks, streamOf, type StreamPart } from '../testing/streams.ts';

type Row = [
  what: string,
  stream: readonly StreamPart[],
  attributes: Readonly<Record<string, unknown>>,
  shown: readonly string[],
];

const a = { id: 'a' };
const b = { id: 'b' };
const c = { id: 'c' };
const free = { free: true } as const;

const BLOCKS: Row[] = [
  ['RD1 a block is a marker and what follows', [a, 'one', b, 'two'], {}, ['a: one', 'b: two']],
  ['RD1 a line break is a character', [a, 'one\ntwo'], {}, ['a: one\ntwo']],
  ['RD2 text before the first marker', ['zero', a, 'one'], {}, ['?: zero', 'a: one']],
  ['RD2 nothing at all is one empty block', [], {}, ['?:']],
  ['RD2 a slot alone is one empty block', [{ place: 's' }], {}, ['?:']],
  ['RD2 an empty unnamed block is not shown', [{ place: 's' }, a], {}, ['a:']],
  [
    'RD2 text behind a divider, in its containers',
    [{ id: 'd', type: 'divider', in: 'q' }, 'text', a],
    {},
    ['q/d:', 'q/?: text', 'a:'],
  ],
  ['RD3 no valid id', [{ id: '' }, 'x', { id: 7 }, 'y'], {}, ['1-0: x', '1-2: y']],
  ['RD3 twice the same id', [a, 'x', a, 'y', a], {}, ['a: x', '1-2: y', '1-4:']],
  [
    'RD3 attributes are those under the id that it reads as',
    [a, 'x', a, 'y'],
    { 'a.in': 'q', '1-2.in': 'r' },
    ['q/a: x', 'r/1-2: y'],
  ],
  ['RD9 an unknown type is a text block', [{ id: 'a', type: 'table' }, 'x'], {}, ['a: x']],
  ['RD9 unknown embeds are not shown', [a, 'x', { image: 'y' }, 'z', { place: '' }], {}, ['a: xz']],
];

const s = { place: 's' };
const RUNS: Row[] = [
  [
    'RD4 what is not free goes along',
    [a, { place: 's' }, b, c, { id: 'd', ...free }],
    { 'b.at': 's' },
    ['a:', 'b:', 'c:', 'd:'],
  ],
  ['RD5 a run moves up', [a, s, { ...b, ...free }, { ...c, at: 's' }], {}, ['a:', 'c:', 'b:']],
  [
    'RD4 a follower goes along, a free block does not',
    [s, { ...a, ...free }, 'one', { ...b, at: 's' }, 'two', c, 'three', { id: 'd', ...free }],
    {},
    ['b: two', 'c: three', 'a: one', 'd:'],
  ],
  [
    'RD4 a slot that does not exist',
    [a, { ...b, at: 'gone' }, { ...c, at: 's' }, s],
    {},
    ['a:', 'b:', 'c:'],
  ],
  [
    'RD5 two runs at one slot, in the order of their markers',
    [{ ...a, ...free }, { ...b, at: 's' }, { ...c, at: 's' }, { id: 'd', ...free }, s],
    {},
    ['a:', 'd:', 'b:', 'c:'],
  ],
  [
    'RD5 of two slots with one id the first counts',
    [a, s, { ...b, ...free }, s, { ...c, at: 's' }],
    {},
    ['a:', 'c:', 'b:'],
  ],
  [
    'RD5 a slot in the moved block itself',
    [a, { ...b, at: 's' }, s, 'x', c],
    {},
    ['a:', 'b: x', 'c:'],
  ],
];

const j = { join: 'j' };
const JOINED: Row[] = [
  [
    'RD6 the text stands at the slot, in the block that the slot is in',
    [a, 'one', j, 'tail', { ...b, ...free }, { ...c, at: 'j' }, 'two'],
    {},
    ['a: onetwotail', 'b:'],
  ],
  [
    'RD6 the rest of the run is shown behind that block',
    [a, 'one', j, { ...b, ...free }, 'two', { ...c, at: 'j' }, 'three', { id: 'd' }, 'four'],
    {},
    ['a: onethree', 'd: four', 'b: two'],
  ],
  [
    'RD6 joined to what is joined',
    [a, 'one', j, { ...b, at: 'j' }, 'two', { join: 'k' }, { ...c, at: 'k' }, 'three'],
    {},
    ['a: onetwothree'],
  ],
  [
    'RD6 joined to an unnamed block',
    ['zero', j, { ...a, ...free }, 'one', { ...b, at: 'j' }, 'two'],
    {},
    ['?: zerotwo', 'a: one'],
  ],
  ['RD7 joined to itself', [a, 'one', { ...b, at: 'j' }, 'two', j], {}, ['a: one', 'b: two']],
  [
    'RD7 two in a circle: the smaller id stays',
    [{ ...b, at: 'j' }, 'two', { join: 'k' }, { ...a, at: 'k' }, 'one', j],
    {},
    ['a: onetwo'],
  ],
  [
    'RD7 a circle over a run: one of the two joins is open',
    [{ ...a, at: 'j' }, 'one', b, 'two', { join: 'k' }, { ...c, at: 'k' }, 'three', j],
    {},
    ['a: one', 'b: twothree'],
  ],
  [
    'RD7 three in a circle, and one that leads into it',
    [
      { ...c, at: 'x' },
      '3',
      { join: 'y' },
      { ...b, at: 'y' },
      '2',
      { join: 'z' },
      { ...a, at: 'z' },
      '1',
      { join: 'x' },
      { join: 'in' },
      { id: 'd', at: 'in' },
      '4',
    ],
    {},
    ['a: 1324'],
  ],
];

const CONTAINERS: Row[] = [
  [
    'RD8 containers within each other that do not exist',
    [{ ...a, in: 'q' }, b],
    { 'q.in': 'r' },
    ['r/q/a:', 'b:'],
  ],
  [
    'RD8 a circle ends where it would return',
    [{ ...a, in: 'q' }],
    { 'q.in': 'r', 'r.in': 'q' },
    ['r/q/a:'],
  ],
  ['RD8 a container in itself', [{ ...a, in: 'q' }], { 'q.in': 'q' }, ['q/a:']],
  ['RD8 a block in itself', [{ ...a, in: 'a' }], {}, ['a/a:']],
];

describe.each([
  ['blocks', BLOCKS],
  ['runs', RUNS],
  ['joined runs', JOINED],
  ['containers', CONTAINERS],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_what, stream, attributes, shown) => {
    expect(shownBlocks(streamOf(stream, attributes))).toEqual(shown);
  });
});

const textBlock = (id: string, more: object = {}): Block => ({
  type: 'textBlock',
  attrs: { id, ...more },
});

test('RD8 neighbours share a wrapper; the same container elsewhere is another wrapper', () => {
  const page = streamOf(
    [{ ...a, in: 'q' }, { ...b, in: 'q2' }, { ...c, in: 'q2' }, { id: 'd' }, { id: 'e', in: 'q' }],
    { 'q2.in': 'q', 'q2.type': 'callout' },
  );
  expect(readPage(page)).toEqual([
    {
      type: 'quote',
      attrs: { id: 'q' },
      content: [
        textBlock('a'),
        { type: 'quote', attrs: { id: 'q2' }, content: [textBlock('b'), textBlock('c')] },
      ],
    },
    textBlock('d'),
    { type: 'quote', attrs: { id: 'q' }, content: [textBlock('e')] },
  ]);
});

test('RD9 unknown attributes, values and formats are not shown and not touched', () => {
  const page = streamOf([{ id: 'a', kind: 'heading9', align: 'end', list: 'bullet' }, 'text'], {
    'a.indent': 99,
    'a.width': 3,
    'a.checked': true,
  });
  page.getText('text').format(1, 4, { highlight: 'red', bold: { weight: 9 }, italic: true });
  let writes = 0;
  page.on('update', () => writes++);
  expect(readPage(page)).toEqual([
    {
      type: 'textBlock',
      attrs: { id: 'a', list: 'bullet', checked: true },
      content: [{ type: 'text', text: 'text', marks: [{ type: 'italic' }] }],
    },
  ]);
  expect(writes).toBe(0);
  expect(page.getText('text').toDelta()).toEqual([
    { insert: { id: 'a', kind: 'heading9', align: 'end', list: 'bullet' } },
    { insert: 'text', attributes: { highlight: 'red', bold: { weight: 9 }, italic: true } },
  ]);
});

test('PM4 an entry counts before the marker, null included; PM5 what a type does not use is kept', () => {
  const marker = { id: 'a', kind: 'heading1', list: 'bullet' };
  expect(readPage(streamOf([marker], { 'a.kind': null }))).toEqual([
    textBlock('a', { list: 'bullet' }),
  ]);
  const code = streamOf([marker, 'x'], { 'a.type': 'code', 'a.language': 'ts' });
  expect(readPage(code)).toEqual([
    {
      type: 'codeBlock',
      attrs: { id: 'a', language: 'ts' },
      content: [{ type: 'text', text: 'x' }],
    },
  ]);
  code.getMap('attributes').set('a.type', null);
  expect(readPage(code)).toMatchObject([{ attrs: { kind: 'heading1', list: 'bullet' } }]);
});

test('PM6 a mark over everything, markers and breaks included', () => {
  const page = pageOf();
  page.getText('text').format(0, page.getText('text').length, { bold: true });
  const read = readPage(page);
  expect(read.map(({ attrs }) => attrs)).toEqual(EVERYTHING.map(({ attrs }) => attrs));
  expect(read[7]).toEqual(EVERYTHING[7]);
  expect(JSON.stringify(read).match(/"bold"/g)).toHaveLength(8);
});
