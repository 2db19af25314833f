/** Well-formed updates that would break a document: missing dependencies, invalid places. */

import { ATTACKER, attack, inText, nest, roots, type HostileCase } from './attacks.ts';
import { content, deletion, update, writeUpdate } from './update-bytes.ts';

const causes: HostileCase[] = [
  {
    name: 'P8: deletes what the author will write',
    bytes: deletion(1, [9, 1_000]),
    expected: 'missing',
  },
  {
    name: 'P8: deletes what an unknown client will write',
    bytes: deletion(77, [0, 1_000]),
    expected: 'missing',
  },
  {
    name: 'P9: garbage on the next clocks of the author',
    bytes: update(1, 9, content.garbage(100)),
    expected: 'client-taken',
  },
  {
    name: 'P9: text on the next clocks of the author',
    bytes: update(1, 9, { origin: [1, 4], ...content.text('x') }),
    expected: 'client-taken',
  },
  {
    name: 'P11: an item that waits for the author',
    bytes: attack({ origin: [1, 9], ...content.text('x') }),
    expected: 'missing',
  },
  {
    name: 'an item of an unknown parent',
    bytes: attack({ parent: [77, 0], ...content.text('x') }),
    expected: 'missing',
  },
  {
    name: 'a struct that is not the next',
    bytes: update(ATTACKER, 5, { ...inText, ...content.text('x') }),
    expected: 'missing',
  },
  {
    name: 'a gap before the first struct',
    bytes: attack(content.gap(3), content.garbage(1)),
    expected: 'missing',
  },
  {
    name: '300,000 future deletions',
    bytes: writeUpdate({
      blocks: [],
      deletes: [
        { client: 77, ranges: Array.from({ length: 300_000 }, (_, i) => [2 * i, 1] as const) },
      ],
    }),
    expected: 'missing',
  },
  {
    name: 'its own origin',
    bytes: attack({ origin: [ATTACKER, 0], ...content.text('x') }),
    expected: 'self-reference',
  },
  {
    name: 'its own successor',
    bytes: attack({ right: [ATTACKER, 5], ...content.text('x') }),
    expected: 'self-reference',
  },
  {
    name: 'its own parent',
    bytes: attack({ parent: [ATTACKER, 0], ...content.type(0) }),
    expected: 'self-reference',
  },
  {
    name: 'two items that wait for each other',
    bytes: writeUpdate({
      blocks: [
        { client: 3, clock: 0, structs: [{ origin: [2, 0], ...content.text('x') }] },
        { client: 2, clock: 0, structs: [{ origin: [3, 0], ...content.text('x') }] },
      ],
      deletes: [],
    }),
    expected: 'cyclic',
  },
  {
    name: 'deletions out of order',
    bytes: deletion(1, [3, 1], [0, 1]),
    expected: 'unsorted-deletes',
  },
  {
    name: 'deletions that overlap',
    bytes: deletion(1, [0, 3], [2, 2]),
    expected: 'unsorted-deletes',
  },
  {
    name: 'deletions of one client twice',
    bytes: writeUpdate({
      blocks: [],
      deletes: [
        { client: 1, ranges: [[0, 1]] },
        { client: 1, ranges: [[1, 1]] },
      ],
    }),
    expected: 'duplicate-deletes',
  },
];

const places: HostileCase[] = [
  {
    name: 'P10: an origin right of the right origin',
    bytes: attack({ origin: [1, 3], right: [1, 1], ...content.text('x') }),
    expected: 'origins-not-adjacent',
  },
  {
    name: 'P10: the same origin and right origin',
    bytes: attack({ origin: [1, 2], right: [1, 2], ...content.text('x') }),
    expected: 'origins-not-adjacent',
  },
  {
    name: 'origins that never were adjacent',
    bytes: attack({ origin: [1, 0], right: [1, 3], ...content.text('x') }),
    expected: 'origins-not-adjacent',
  },
  {
    name: 'a start with something before it',
    bytes: attack({ right: [1, 3], ...content.text('x') }),
    expected: 'origins-not-adjacent',
  },
  {
    name: 'an end with something after it',
    bytes: attack(
      { origin: [1, 4], right: null, ...content.text('x') },
      { right: [ATTACKER, 0], ...content.text('y') },
    ),
    expected: 'origins-not-adjacent',
  },
  {
    name: 'neighbours in two parents',
    bytes: attack({ origin: [1, 4], right: [1, 7], ...content.text('x') }),
    expected: 'origins-not-adjacent',
  },
  {
    name: 'a parent that is text',
    bytes: attack({ parent: [1, 2], ...content.text('x') }),
    expected: 'wrong-parent',
  },
  {
    name: 'the rest of a known struct, elsewhere',
    bytes: update(1, 0, { parent: 'text', ...content.text('hello there') }),
    expected: 'wrong-parent',
  },
  { name: 'P7: 4,200 nested types', bytes: nest(4_200), expected: 'nested' },
  {
    name: 'two values under one key',
    bytes: attack({ parent: [1, 5], key: 'key', ...content.any(1, 2) }),
    expected: 'undeleted-entry',
  },
  {
    name: 'two values under one key, one deleted',
    bytes: writeUpdate({
      blocks: [
        {
          client: ATTACKER,
          clock: 0,
          structs: [{ parent: [1, 5], key: 'key', ...content.any(1, 2) }],
        },
      ],
      deletes: [{ client: ATTACKER, ranges: [[1, 1]] }],
    }),
    expected: 'undeleted-entry',
  },
  { name: '40,000 root names', bytes: roots(40_000), expected: 'root-names' },
];

export const HOSTILE_CASES: readonly HostileCase[] = [...causes, ...places];
