import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readPage } from '../page.ts';
import { copyOf } from '../testing/pages.ts';
import { plainText } from '../testing/pages.ts';
import { excerpt } from '../text.ts';
import { AttributeIndex } from './attributes.ts';
import { arrangePage } from './blocks.ts';
import { markerOf } from './embeds.ts';
import { FormatTable } from './formats.ts';
import { pageRoots } from './roots.ts';
import { readSegments, type ShownBlock } from './segments.ts';

/** Any stream is a page, the same for every reader, with every character once. */

const id = fc.constantFrom('a', 'b', 'c', 'd', '', 7, null);
const fields = fc.record(
  {
    type: fc.constantFrom('code', 'divider', 'table'),
    kind: fc.constantFrom('heading1', 'heading9', null),
    list: fc.constantFrom('bullet', []),
    in: id,
    at: id,
    free: fc.constantFrom(true, false),
    unknown: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const embed = fc.oneof(
  fc.tuple(id, fields).map(([id, rest]) => ({ ...rest, id })),
  id.map((place) => ({ place })),
  id.map((join) => ({ join })),
  fc.jsonValue().map((value) => ({ value })),
);
const format = fc.constantFrom(
  { bold: true },
  { bold: null },
  { link: { href: '/a' } },
  { link: 7 },
  { unknown: 'x' },
);
const share = fc.nat({ max: 1_000 }).map((thousandths) => thousandths / 1_000);

type Step = (doc: Y.Doc) => void;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(share, fc.constantFrom('x', 'two', '\n', '漢字')).map(insertText),
  },
  { weight: 4, arbitrary: fc.tuple(share, embed).map(insertEmbed) },
  { weight: 1, arbitrary: fc.tuple(share, share).map(deleteText) },
  { weight: 1, arbitrary: fc.tuple(share, format).map(formatText) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(id, fc.constantFrom('in', 'at', 'free', 'type', 'kind', 'unknown', ''), id)
      .map(setAttribute),
  },
);

test(
  'reading is total and pure, loses and doubles nothing, and merges alike',
  { timeout: 120_000 },
  () => {
    const steps = fc.array(step, { maxLength: 25 });
    const property = fc.property(steps, steps, steps, (before, here, there) => {
      const first = new Y.Doc();
      first.clientID = 1;
      for (const write of before) write(first);
      const second = copyOf(first, 2);
      for (const write of here) write(first);
      for (const write of there) write(second);
      const [ours, theirs] = [Y.encodeStateAsUpdate(first), Y.encodeStateAsUpdate(second)];
      Y.applyUpdate(first, theirs);
      Y.applyUpdate(second, ours);
      for (const doc of [first, second]) {
        const { characters, markers } = living(doc);
        const blocks = arrange(doc);
        expect(blocks.flatMap(charactersOf).toSorted()).toEqual(characters.toSorted());
        // A block that is joined to another is not shown by itself (RD6).
        expect(blocks.filter(({ id }) => id !== null).length).toBeLessThanOrEqual(markers);
        expect(new Set(blocks.map(({ id }) => id ?? {})).size).toBe(blocks.length);
        expect(blocks.length).toBeGreaterThan(0);
        expect(readPage(doc)).toEqual(readPage(doc));
        expect(excerpt(doc, 100_000)).toBe(plainText(doc).replace(/\s+/g, ' ').trim());
      }
      expect(readPage(second)).toEqual(readPage(first));
      expect(readPage(copyOf(second, 3))).toEqual(readPage(first));
    });
    fc.assert(property, { seed: 29, numRuns: 1_000 });
  },
);

function insertText([at, text]: [number, string]): Step {
  return (doc) => {
    const stream = pageRoots(doc).text;
    stream.insert(place(stream, at), text);
  };
}

function insertEmbed([at, value]: [number, object]): Step {
  return (doc) => {
    const stream = pageRoots(doc).text;
    stream.insertEmbed(place(stream, at), value);
  };
}

function deleteText([from, length]: [number, number]): Step {
  return (doc) => {
    const stream = pageRoots(doc).text;
    const start = place(stream, from);
    stream.delete(start, Math.min(stream.length - start, Math.floor(length * 8)));
  };
}

function formatText([from, formats]: [number, Record<string, unknown>]): Step {
  return (doc) => {
    const stream = pageRoots(doc).text;
    const start = place(stream, from);
    stream.format(start, Math.min(stream.length - start, 5), formats);
  };
}

function setAttribute([id, name, value]: [unknown, string, unknown]): Step {
  return (doc) => void pageRoots(doc).attributes.set(`${String(id)}.${name}`, value);
}

function place(stream: Y.Text, at: number): number {
  return Math.floor(at * stream.length);
}

function arrange(doc: Y.Doc): readonly ShownBlock[] {
  const { text, attributes } = pageRoots(doc);
  const index = new AttributeIndex(attributes);
  return arrangePage(readSegments({ text, attributes: index, formats: new FormatTable() })).blocks;
}

function charactersOf({ content }: ShownBlock): string[] {
  return content.flatMap(({ client, clock, text }) =>
    Array.from({ length: text.length }, (_, index) => `${client}:${clock + index}`),
  );
}

function living(doc: Y.Doc): { characters: string[]; markers: number } {
  const characters: string[] = [];
  let markers = 0;
  for (let item = pageRoots(doc).text._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { client, clock } = item.id;
    if (markerOf(item) !== null) markers++;
    if (item.content instanceof Y.ContentString)
      for (let i = 0; i < item.length; i++) characters.push(`${client}:${clock + i}`);
  }
  return { characters, markers };
}
