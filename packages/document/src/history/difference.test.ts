import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { pageRoots } from '../stream/roots.ts';
import { copyOf, plainText } from '../testing/pages.ts';
import { streamOf } from '../testing/streams.ts';
import { type DifferenceBlock, differenceBetween } from './difference.ts';

const SIGNS = { kept: '', inserted: '+', deleted: '-', joined: '-¶' } as const;

/** As `id! text -[gone] +[new]`: `+` an added, `-` a deleted, `/` a split, `!` a moved block. */
function shown(blocks: readonly DifferenceBlock[]): string[] {
  return blocks.map(({ id, kind, isMoved, runs, changes }) => {
    const sign = { kept: '', added: '+', deleted: '-', split: '/' }[kind] + (isMoved ? '!' : '');
    const text = runs.map((run) => {
      const marks = run.marksBefore === null ? '' : `{${run.marks.map(({ type }) => type).join()}}`;
      const inner = run.kind === 'kept' ? run.text + marks : `[${run.text}]`;
      return SIGNS[run.kind] + inner;
    });
    const changed = changes.map(
      ({ name, before, after }) => ` (${name}: ${String(before)} → ${String(after)})`,
    );
    return `${id ?? '?'}${sign} ${text.join('')}${changed.join('')}`.trim();
  });
}

const page = () =>
  streamOf([{ id: 'a' }, 'met on Monday', { id: 'b' }, 'second block', { id: 'c' }, 'third']);

function difference(change: (doc: Y.Doc) => void): string[] {
  const before = page();
  const after = copyOf(before, 2);
  after.transact(() => change(after));
  return shown(differenceBetween(before, after));
}

const text = (doc: Y.Doc) => pageRoots(doc).text;

describe('HY10 what changed, as a person would say it', () => {
  test.each<[string, (doc: Y.Doc) => void, string[]]>([
    ['nothing', () => {}, ['a met on Monday', 'b second block', 'c third']],
    [
      'a word replaced',
      (doc) => {
        text(doc).delete(8, 6);
        text(doc).insert(8, 'Tuesday');
      },
      ['a met on -[Monday]+[Tuesday]', 'b second block', 'c third'],
    ],
    [
      'a word typed again is no change',
      (doc) => {
        text(doc).delete(8, 6);
        text(doc).insert(8, 'Monday');
      },
      ['a met on Monday', 'b second block', 'c third'],
    ],
    [
      'the beginning of a block deleted',
      (doc) => text(doc).delete(1, 4),
      ['a -[met ]on Monday', 'b second block', 'c third'],
    ],
    [
      'Enter',
      (doc) => text(doc).insertEmbed(4, { id: 'n' }),
      ['a met', 'n/  on Monday', 'b second block', 'c third'],
    ],
    ['a join', (doc) => text(doc).delete(14, 1), ['a met on Monday-¶[]second block', 'c third']],
    [
      'a join of a block whose beginning was deleted',
      (doc) => text(doc).delete(14, 8),
      ['a met on Monday-[second ]-¶[]block', 'c third'],
    ],
    [
      'a block deleted',
      (doc) => text(doc).delete(14, 13),
      ['a met on Monday', 'b- -[second block]', 'c third'],
    ],
    [
      'the first block deleted, and one added at the end',
      (doc) => {
        text(doc).insertEmbed(text(doc).length, { id: 'n' });
        text(doc).insert(text(doc).length, 'new');
        text(doc).delete(0, 14);
      },
      ['a- -[met on Monday]', 'b second block', 'c third', 'n+ +[new]'],
    ],
    [
      'a block moved to the top',
      (doc) => {
        pageRoots(doc).attributes.set('c.at', 's');
        pageRoots(doc).attributes.set('a.free', true);
        text(doc).insertEmbed(0, { place: 's' });
      },
      ['c! third', 'a met on Monday', 'b second block'],
    ],
    [
      'kind, check and container',
      (doc) => {
        pageRoots(doc).attributes.set('a.kind', 'heading1');
        pageRoots(doc).attributes.set('b.list', 'task');
        pageRoots(doc).attributes.set('c.in', 'q');
      },
      [
        'a met on Monday (kind: null → heading1)',
        'b second block (list: null → task)',
        'c third (containers:  → q)',
      ],
    ],
    [
      'bold',
      (doc) => text(doc).format(8, 6, { bold: true }),
      ['a met on Monday{bold}', 'b second block', 'c third'],
    ],
  ])('%s', (_, change, expected) => {
    expect(difference(change)).toEqual(expected);
  });

  test('a copy that was brought back is no change', () => {
    const before = page();
    const after = copyOf(before, 2);
    text(after).delete(8, 6);
    text(after).insert(8, 'Monday');
    const [first] = differenceBetween(before, after);
    expect(first!.runs.map(({ author }) => author)).toEqual([1, 2]);
    pageRoots(after).restored.set('2:0', [1, 0, 1, 8, 6]);
    expect(differenceBetween(before, after)[0]!.runs).toMatchObject([
      { text: 'met on ', author: 1 },
      { text: 'Monday', author: 1 },
    ]);
  });
});

test(
  'HY10 what is kept and inserted is the later text, what is kept and deleted the earlier',
  {
    timeout: 60_000,
  },
  () => {
    const edit = fc.record({
      at: fc.nat(60),
      size: fc.nat(8),
      kind: fc.constantFrom('type', 'delete', 'marker', 'bold'),
    });
    const property = fc.property(fc.array(edit, { maxLength: 25 }), (edits) => {
      const before = page();
      const after = copyOf(before, 2);
      for (const [i, { at, size, kind }] of edits.entries()) {
        const stream = text(after);
        const place = Math.min(at, stream.length);
        if (kind === 'type') stream.insert(place, 'xyz'.repeat(size));
        if (kind === 'marker') stream.insertEmbed(place, { id: `n${i}` });
        if (kind === 'delete') stream.delete(place, Math.min(size, stream.length - place));
        if (kind === 'bold' && place < stream.length) stream.format(place, 1, { bold: true });
      }
      const blocks = differenceBetween(before, after);
      const only = (kinds: readonly string[]) =>
        blocks.flatMap(({ runs }) =>
          runs.filter(({ kind }) => kinds.includes(kind)).map((run) => run.text),
        );
      expect(only(['kept', 'inserted']).join('')).toBe(plainText(after).replace(/\n/g, ''));
      const letters = (parts: readonly string[]) => [...parts.join('')].toSorted().join('');
      const earlier = letters([plainText(before).replace(/\n/g, '')]);
      // A word that was typed again counts as kept.
      expect(letters(only(['kept', 'deleted']))).toBe(earlier);
      expect(
        differenceBetween(before, before).every(
          ({ kind, runs }) => kind === 'kept' && runs.every((run) => run.kind === 'kept'),
        ),
      ).toBe(true);
    });
    fc.assert(property, { seed: 29, numRuns: 200 });
  },
);

test('HY10 20,000 blocks that were deleted at once cost little', { timeout: 20_000 }, () => {
  const parts = Array.from({ length: 20_000 }, (_, i) => [{ id: `b${i}` }, 'x']).flat();
  const before = streamOf([{ id: 'a' }, ...parts]);
  const after = copyOf(before, 2);
  text(after).delete(1, text(after).length - 1);
  expect(differenceBetween(before, after)).toHaveLength(20_001);
});
