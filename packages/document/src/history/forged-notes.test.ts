/** What notes of copies can say, and what they cannot (HI5): everybody who writes can note anything. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readPage } from '../page.ts';
import { pageRoots } from '../stream/roots.ts';
import { copyOf, plainText } from '../testing/pages.ts';
import { streamOf } from '../testing/streams.ts';
import { type DifferenceBlock, differenceBetween } from './difference.ts';
import { restorePage } from './restoring.ts';

const note = (doc: Y.Doc, clock: number, ...ranges: readonly number[]) =>
  pageRoots(doc).restored.set(`${doc.clientID}:${clock}`, [1, ...ranges]);

/** Another device of a client: Yjs gives a document another id when it receives what its own has written. */
function resumed(doc: Y.Doc, client: number): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = client;
  return copy;
}

const restore = (doc: Y.Doc, earlier: Y.Doc) =>
  doc.transact((transaction) => restorePage(pageRoots(doc), pageRoots(earlier), transaction));

/** As `author kind text`. */
const runsOf = (blocks: readonly DifferenceBlock[]) =>
  blocks.flatMap(({ runs }) => runs.map(({ author, kind, text }) => `${author} ${kind} ${text}`));

const debt = () => streamOf([{ id: 'a' }, 'I owe Bob 100 euros']);

function forged(ranges: readonly number[]): { before: Y.Doc; after: Y.Doc } {
  const before = debt();
  const after = copyOf(before, 2);
  const { text } = pageRoots(after);
  after.transact(() => {
    text.delete(11, 3);
    text.insert(11, '999');
    note(after, 0, ...ranges);
  });
  return { before, after };
}

test.each([
  ['of other words', [0, 1, 11, 3]],
  ['of words that nobody wrote', [0, 1, 5_000, 3]],
  ['of a client that wrote nothing', [0, 77, 0, 3]],
  ['of words that are elsewhere', [0, 1, 1, 3]],
])('HI5 a note %s hides nothing, and is nobody else’s text', (_, ranges) => {
  const { before, after } = forged(ranges);
  expect(runsOf(differenceBetween(before, after))).toEqual([
    '1 kept I owe Bob ',
    '1 deleted 100',
    '2 inserted 999',
    '1 kept  euros',
  ]);
  expect(runsOf(differenceBetween(null, after))).toEqual([
    '1 kept I owe Bob ',
    '2 kept 999',
    '1 kept  euros',
  ]);
  restore(after, before);
  expect(plainText(after)).toBe('I owe Bob 100 euros');
});

test('HI5 words that change places are not hidden by notes of them', () => {
  const before = streamOf([{ id: 'a' }, 'Bob gets 100, Ada gets 200']);
  const after = copyOf(before, 2);
  const { text } = pageRoots(after);
  after.transact(() => {
    text.delete(24, 3);
    text.insert(24, '100');
    text.delete(10, 3);
    text.insert(10, '200');
    note(after, 0, 0, 1, 10, 3, 3, 1, 24, 3);
  });
  expect(plainText(after)).toBe('Bob gets 200, Ada gets 100');
  const [block] = differenceBetween(before, after);
  const read = (other: string) =>
    block!.runs.flatMap(({ kind, text: part }) => (kind === other ? [] : part)).join('');
  expect(read('inserted')).toBe(plainText(before));
  expect(read('deleted')).toBe(plainText(after));
  expect(block!.runs.some(({ kind }) => kind === 'inserted')).toBe(true);
  restore(after, before);
  expect(plainText(after)).toBe(plainText(before));
});

test('HI5 of words that were brought back, the author is known where either moment shows the original', () => {
  const before = debt();
  const after = copyOf(before, 2);
  pageRoots(after).text.delete(11, 3);
  after.transact(() => {
    const [run] = restore(after, before);
    note(after, run!.clock, run!.clock, run!.source.client, run!.source.clock, run!.length);
  });
  expect(runsOf(differenceBetween(before, after))).toEqual(
    runsOf(differenceBetween(before, before)).flatMap(() => [
      '1 kept I owe Bob ',
      '1 kept 100',
      '1 kept  euros',
    ]),
  );
  // A document that keeps what was deleted shows it as well.
  const keeping = new Y.Doc({ gc: false });
  for (const doc of [before, after]) Y.applyUpdate(keeping, Y.encodeStateAsUpdate(doc));
  expect(runsOf(differenceBetween(null, keeping)).at(1)).toBe('1 kept 100');
  expect(runsOf(differenceBetween(null, resumed(after, 3))).at(1)).toBe('2 kept 100');
});

const edits = fc.array(fc.record({ at: fc.nat(60), deleted: fc.nat(6), typed: fc.nat(6) }), {
  maxLength: 12,
});
/** Clocks of both clients, and beyond them. */
const ranges = fc.array(
  fc.record({
    gap: fc.nat(4),
    length: fc.integer({ min: 1, max: 6 }),
    client: fc.constantFrom(1, 2, 3),
    clock: fc.nat(60),
  }),
  { maxLength: 12 },
);
type Ranges = typeof ranges extends fc.Arbitrary<infer T> ? T : never;

function edited(
  before: Y.Doc,
  steps: typeof edits extends fc.Arbitrary<infer T> ? T : never,
  letters: string,
): Y.Doc {
  const after = resumed(before, 2);
  const { text } = pageRoots(after);
  let count = 0;
  for (const { at, deleted, typed } of steps) {
    const place = 1 + Math.min(at, text.length - 1);
    if (deleted > 0) text.delete(place, Math.min(deleted, text.length - place));
    const word = Array.from({ length: typed }, () => letters[count++ % letters.length]).join('');
    text.insert(place, word);
  }
  return after;
}

function withNotes(doc: Y.Doc, notes: Ranges): Y.Doc {
  const forger = resumed(doc, 2);
  let clock = 0;
  const values = notes.flatMap((range) => {
    clock += range.gap;
    const value = [clock, range.client, range.clock, range.length];
    clock += range.length;
    return value;
  });
  if (values.length > 0) note(forger, 0, ...values);
  return forger;
}

test(
  'HI5 notes of other words change neither the difference nor the authors',
  { timeout: 60_000 },
  () => {
    const property = fc.property(edits, ranges, fc.boolean(), (steps, notes, isBackwards) => {
      const before = streamOf([{ id: 'a' }, 'abcdefghijklmnopqrstuvwxyz']);
      const after = edited(before, steps, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
      const own = notes.filter(({ client }) => client !== 2);
      const [one, other] = isBackwards ? [after, before] : [before, after];
      const forge = (doc: Y.Doc) => (doc === after ? withNotes(after, own) : doc);
      expect(differenceBetween(forge(one), forge(other))).toEqual(differenceBetween(one, other));
      expect(differenceBetween(null, forge(after))).toEqual(differenceBetween(null, after));
    });
    fc.assert(property, { seed: 29, numRuns: 300 });
  },
);

test(
  'HI5 whatever notes say, a difference shows both texts, and a restore brings the earlier',
  { timeout: 60_000 },
  () => {
    const property = fc.property(edits, edits, ranges, ranges, (first, second, notes, more) => {
      // Few letters, so that many notes are of the same words.
      const before = withNotes(
        edited(streamOf([{ id: 'a' }, 'aabbaabbaabb']), first, 'aab'),
        notes,
      );
      const after = withNotes(edited(before, second, 'abb'), more);
      const [block, ...others] = differenceBetween(before, after);
      expect(others).toEqual([]);
      const read = (left: string) =>
        block!.runs.flatMap(({ kind, text }) => (kind === left ? [] : text)).join('');
      expect(read('inserted')).toBe(plainText(before));
      expect(read('deleted')).toBe(plainText(after));
      restore(after, before);
      expect(readPage(after)).toEqual(readPage(before));
    });
    fc.assert(property, { seed: 29, numRuns: 500 });
  },
);
