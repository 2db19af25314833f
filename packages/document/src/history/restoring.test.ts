import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readPage } from '../page.ts';
import { pageRoots } from '../stream/roots.ts';
import { copyOf, pageOf, plainText } from '../testing/pages.ts';
import { shownBlocks, streamOf } from '../testing/streams.ts';
import { validatePage } from '../validation.ts';
import { type RestoredRun, restorePage } from './restoring.ts';

/** As an editor does it: the copies are noted in the same transaction. */
function restore(doc: Y.Doc, earlier: Y.Doc): readonly RestoredRun[] {
  return doc.transact((transaction) => {
    const runs = restorePage(pageRoots(doc), pageRoots(earlier), transaction);
    if (runs.length > 0) {
      const ranges = runs.flatMap(({ clock, length, source }) => [
        clock,
        source.client,
        source.clock,
        length,
      ]);
      pageRoots(doc).restored.set(`${doc.clientID}:${runs[0]!.clock}`, [1, ...ranges]);
    }
    return runs;
  });
}

const bytesOf = (doc: Y.Doc): Uint8Array => Y.encodeStateAsUpdate(doc);
const docOf = (bytes: Uint8Array): Y.Doc => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, bytes);
  return doc;
};
const merge = (one: Y.Doc, other: Y.Doc): void => {
  Y.applyUpdate(one, bytesOf(other));
  Y.applyUpdate(other, bytesOf(one));
};

const share = fc.nat({ max: 1_000 }).map((thousandths) => thousandths / 1_000);
const names = fc.constantFrom('a', 'b', 'c', 'm0', 'm1', 'm2', 'q', 's0', 's1');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('type' as const), at: share }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('marker' as const), at: share }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('slot' as const), at: share }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), at: share, size: share }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('format' as const),
      at: share,
      size: share,
      format: fc.constantFrom({ bold: true }, { bold: null }, { link: { href: '/a' } }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      id: names,
      entry: fc.constantFrom(
        ['kind', 'heading1'],
        ['kind', null],
        ['list', 'bullet'],
        ['in', 'q'],
        ['at', 's0'],
        ['at', 's1'],
        ['free', true],
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), at: share }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Writer {
  readonly doc: Y.Doc;
  readonly moments: Uint8Array[];
  #count = 0;

  constructor(doc: Y.Doc) {
    this.doc = doc;
    this.moments = [bytesOf(doc)];
  }

  get #name(): string {
    return `${this.doc.clientID}.${this.#count++};`;
  }

  write(each: Step): void {
    const { text, attributes } = pageRoots(this.doc);
    const place = (at: number): number => Math.round(at * text.length);
    switch (each.kind) {
      case 'type':
        text.insert(place(each.at), this.#name);
        break;
      case 'marker':
        text.insertEmbed(place(each.at), {
          id: `m${this.#count++}-${this.doc.clientID}`,
          free: true,
        });
        break;
      case 'slot':
        text.insertEmbed(place(each.at), {
          [each.at < 0.5 ? 'join' : 'place']: `s${this.#count++ % 2}`,
        });
        break;
      case 'delete': {
        const at = place(each.at);
        text.delete(at, Math.round((text.length - at) * each.size * 0.5));
        break;
      }
      case 'format': {
        const at = place(each.at);
        const size = Math.round((text.length - at) * each.size);
        if (size > 0) text.format(at, size, each.format);
        break;
      }
      case 'set':
        attributes.set(`${each.id}.${each.entry[0]}`, each.entry[1]);
        break;
      case 'restore':
        restore(this.doc, docOf(this.moments[Math.floor(each.at * (this.moments.length - 1))]!));
        break;
    }
    this.moments.push(bytesOf(this.doc));
  }
}

const first = (): Y.Doc =>
  streamOf(['zero', { id: 'a' }, 'one', { id: 'b' }, 'two', { join: 's0' }, { id: 'c' }, 'three']);

test(
  'HY8 a page reads as it did at any moment of its life, and is valid',
  { timeout: 120_000 },
  () => {
    const property = fc.property(fc.array(step, { maxLength: 25 }), share, (steps, when) => {
      const writer = new Writer(first());
      for (const each of steps) writer.write(each);
      const now = readPage(writer.doc);
      const moment = docOf(writer.moments[Math.floor(when * (writer.moments.length - 1))]!);
      restore(writer.doc, moment);
      expect(readPage(writer.doc)).toEqual(readPage(moment));
      expect(validatePage(writer.doc)).toEqual([]);
      // The moment before the restore is a moment, too.
      restore(writer.doc, docOf(writer.moments.at(-1)!));
      expect(readPage(writer.doc)).toEqual(now);
    });
    fc.assert(property, { seed: 29, numRuns: 400 });
  },
);

test('HY9 what others write meanwhile stays, and all pages agree', { timeout: 120_000 }, () => {
  const typing = fc.array(fc.tuple(share, fc.constantFrom('K', 'L', 'M')), { maxLength: 6 });
  const property = fc.property(
    fc.array(step, { maxLength: 20 }),
    typing,
    share,
    (steps, typed, when) => {
      const writer = new Writer(first());
      for (const each of steps) writer.write(each);
      const other = copyOf(writer.doc, 99);
      const stream = pageRoots(other).text;
      for (const [at, letter] of typed) stream.insert(Math.round(at * stream.length), letter);
      const moment = docOf(writer.moments[Math.floor(when * (writer.moments.length - 1))]!);
      restore(writer.doc, moment);
      merge(writer.doc, other);
      const letters = plainText(writer.doc).replace(/[^KLM]/g, '');
      expect([...letters].toSorted()).toEqual(typed.map(([, letter]) => letter).toSorted());
      expect(readPage(other)).toEqual(readPage(writer.doc));
      const rest = plainText(writer.doc).replace(/[KLM\s]/g, '');
      expect(rest).toBe(plainText(moment).replace(/\s/g, ''));
    },
  );
  fc.assert(property, { seed: 29, numRuns: 400 });
});

test('HY8 a restore of what is there writes nothing', () => {
  const doc = pageOf();
  const now = docOf(bytesOf(doc));
  let updates = 0;
  doc.on('update', () => updates++);
  expect(restore(doc, now)).toEqual([]);
  expect(updates).toBe(0);
});

test('HY8 words that are there keep their ids, and those that come back are copies of the first', () => {
  const doc = first();
  const then = docOf(bytesOf(doc));
  const { text } = pageRoots(doc);
  const place = Y.createRelativePositionFromTypeIndex(text, 6);
  text.delete(0, 4);
  text.insert(text.length, ' new');
  const runs = restore(doc, then);
  expect(shownBlocks(doc)).toEqual(shownBlocks(then));
  expect(runs).toMatchObject([{ length: 4, source: { client: 1, clock: 0 } }]);
  expect(Y.createAbsolutePositionFromRelativePosition(place, doc)?.index).toBe(6);
});
