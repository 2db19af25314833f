import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { TextBlock } from '../blocks.ts';
import { readPage } from '../page.ts';
import { shownBlocks, streamOf, type StreamPart } from '../testing/streams.ts';
import { plainText } from '../testing/pages.ts';
import { validatePage } from '../validation.ts';

/**
 * Streams that an attacker sends to keep readers busy: each is read in linear time, without
 * recursion.
 */

const COUNT = 100_000;
const FEWER = 20_000;
/** An idle machine takes less than a second. */
const LIMIT_MS = 20_000;

const each = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

interface LargeStream {
  readonly stream: readonly StreamPart[];
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const STREAMS: [what: string, make: () => LargeStream][] = [
  ['100,000 markers', () => ({ stream: each(COUNT, (i) => ({ id: `b${i}` })) })],
  ['100,000 markers with one id', () => ({ stream: each(COUNT, () => ({ id: 'a' })) })],
  [
    '100,000 join slots within each other',
    () => ({
      stream: [
        { id: 'a' },
        ...each(COUNT, (i) => [{ join: `s${i}` }, { id: `b${i}`, at: `s${i}` }, 'x']).flat(),
      ],
    }),
  ],
  [
    '100,000 runs joined at one slot',
    () => ({
      stream: [{ id: 'a' }, { join: 's' }, ...each(COUNT, (i) => ({ id: `b${i}`, at: 's' }))],
    }),
  ],
  [
    '20,000 join slots in a circle',
    () => ({
      stream: each(FEWER, (i) => [
        { id: `b${i}`, at: `s${(i + 1) % FEWER}` },
        'x',
        { join: `s${i}` },
      ]).flat(),
    }),
  ],
  [
    '20,000 place slots within each other',
    () => ({
      stream: [
        { id: 'a' },
        ...each(FEWER, (i) => [{ place: `s${i}` }, { id: `b${i}`, at: `s${i}` }, 'x']).flat(),
      ],
    }),
  ],
  [
    '20,000 runs placed at one slot',
    () => ({
      stream: [{ id: 'a' }, { place: 's' }, ...each(FEWER, (i) => ({ id: `b${i}`, at: 's' }))],
    }),
  ],
  [
    '20,000 blocks in as many containers as are read',
    () => ({
      stream: each(FEWER, (i) => ({ id: `b${i}`, in: `c${i % 1_000}` })),
      attributes: Object.fromEntries(each(1_000, (i) => [`c${i}.in`, `c${i + 1}`])),
    }),
  ],
];

test.each(STREAMS)('%s in one update', { timeout: 60_000 }, (_, make) => {
  const { stream, attributes = {} } = make();
  const update = Y.encodeStateAsUpdate(streamOf(stream, attributes));
  const doc = new Y.Doc();
  doc.transact(() => Y.applyUpdate(doc, update));
  expect(validatePage(doc)).toEqual([]);
  const start = performance.now();
  const blocks = readPage(doc);
  const tookMs = performance.now() - start;
  expect(blocks.length).toBeGreaterThan(0);
  expect(tookMs).toBeLessThan(LIMIT_MS);
  const letters = stream.filter((part) => part === 'x').length;
  expect(plainText(doc).match(/x/g)?.length ?? 0).toBe(letters);
});

test(
  '20,000 formats, each over one letter and then one over everything',
  { timeout: 60_000 },
  () => {
    const doc = streamOf([{ id: 'a' }]);
    const text = doc.getText('text');
    text.applyDelta([
      { retain: 1 },
      ...each(FEWER, (i) => ({
        insert: 'x',
        attributes: { link: { href: `/${i}` }, bold: i % 2 ? true : null },
      })),
    ]);
    const start = performance.now();
    const [block] = readPage(doc) as TextBlock[];
    expect(performance.now() - start).toBeLessThan(LIMIT_MS);
    expect(block!.content).toHaveLength(FEWER);
    text.format(0, text.length, { link: null, bold: null });
    expect(shownBlocks(doc)).toEqual([`a: ${'x'.repeat(FEWER)}`]);
    expect((readPage(doc) as TextBlock[])[0]!.content).toHaveLength(1);
  },
);
