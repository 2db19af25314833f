import * as Y from 'yjs';
import { describe, expect, test } from 'vitest';
import { streamOf, type StreamPart } from '../testing/streams.ts';
import { createAnchor, type NearestLiving, PageText, resolveAnchor } from './anchors.ts';
import { AttributeIndex } from './attributes.ts';
import { arrangePage } from './blocks.ts';
import { FormatTable } from './formats.ts';
import { pageRoots } from './roots.ts';
import { readSegments } from './segments.ts';

const a = { id: 'a' };
const b = { id: 'b' };
const c = { id: 'c' };

function textOf(doc: Y.Doc): PageText {
  const { text, attributes } = pageRoots(doc);
  const segments = readSegments({
    text,
    attributes: new AttributeIndex(attributes),
    formats: new FormatTable(),
  });
  return new PageText(arrangePage(segments).blocks);
}

/** Another page: no character has an id of the first one. */
function rewritten(parts: readonly StreamPart[]): PageText {
  const update = Y.encodeStateAsUpdate(streamOf(parts));
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  const other = new Y.Doc();
  other.clientID = 99;
  pageRoots(other).text.applyDelta(pageRoots(doc).text.toDelta() as []);
  return textOf(other);
}

const living =
  (page: PageText): NearestLiving =>
  (id) =>
    page.offsetOf(id) === null ? null : { ...id, isCopy: false };

function anchorAt(page: PageText, words: string, nth = 0) {
  let from = page.text.indexOf(words);
  for (let i = 0; i < nth; i++) from = page.text.indexOf(words, from + 1);
  return createAnchor(page, { from, to: from + words.length })!;
}

function resolved(page: PageText, anchor: ReturnType<typeof anchorAt>): string | null {
  const place = resolveAnchor(page, anchor, living(page));
  if (place === null) return null;
  const before = page.text.slice(0, place.from).split('\n').length;
  return `${before}: ${page.text.slice(place.from, place.to)} by ${place.by}`;
}

describe('an anchor', () => {
  const page = textOf(streamOf([a, 'High water at nine.', b, 'Low water at three.', c, 'Tides']));

  test('AN1 names its characters, its block, its words and those around them', () => {
    expect(anchorAt(page, 'water', 1)).toEqual({
      start: { client: 1, clock: 25 },
      end: { client: 1, clock: 29 },
      block: 'b',
      quote: 'water',
      prefix: 'Low ',
      suffix: ' at three.',
      length: 5,
      unique: 'context',
    });
    expect(anchorAt(page, 'nine.\nLow')).toMatchObject({
      block: 'a',
      prefix: 'High water at ',
      suffix: ' water at three.',
      unique: 'quote',
    });
  });

  test('AN2 has no blanks at its ends, and is of something', () => {
    expect(createAnchor(page, { from: 4, to: 11 })?.quote).toBe('water');
    expect(createAnchor(page, { from: 19, to: 20 })).toBeNull();
    expect(createAnchor(page, { from: 3, to: 3 })).toBeNull();
  });

  test('AN2 keeps the beginning of a long text, and no half of a character', () => {
    const long = textOf(streamOf([a, `${'x'.repeat(199)}🌊🌊 end`]));
    const anchor = createAnchor(long, { from: 0, to: long.text.length })!;
    expect(anchor).toMatchObject({ quote: 'x'.repeat(199), length: 207 });
    expect(resolved(long, anchor)).toBe(`1: ${long.text} by characters`);
  });
});

describe('AN3 by its characters', () => {
  function edited(words: string, edit: (text: Y.Text) => void): string | null {
    const doc = streamOf([a, 'The quick brown fox jumps', b, 'The end']);
    const anchor = anchorAt(textOf(doc), words);
    edit(pageRoots(doc).text);
    return resolved(textOf(doc), anchor);
  }

  test('is at its words after others were written in the middle and around', () => {
    expect(
      edited('quick brown fox', (text) => {
        text.insert(1, 'Look! ');
        text.insert(11, ', very');
        text.insert(17, ' quick');
      }),
    ).toMatch(/^1: qui.*brown fox by characters$/);
  });

  test('is at what is left of its words', () => {
    expect(edited('quick brown fox', (text) => text.delete(10, 6))).toBe(
      '1: quick fox by characters',
    );
  });

  test('is gone with its words, also when others stand between its characters', () => {
    const replaced = (text: Y.Text) => {
      text.insert(6, 'uadruple hedgehogs and o');
      text.delete(30, 13);
    };
    expect(edited('quick brown fox', replaced)).toBeNull();
  });

  test('is at a split text', () => {
    expect(edited('quick brown fox', (text) => text.insertEmbed(11, { id: 'c' }))).toBe(
      '1: quick \nbrown fox by characters',
    );
  });
});

describe('by its words, where its characters are gone', () => {
  const first = textOf(streamOf([a, 'One two three', b, 'One two four', c, 'One two four']));

  test('AN4 is in its block, wherever that is', () => {
    const page = rewritten([b, 'One two four', { id: 'd' }, 'One two three', a, 'One two three']);
    expect(resolved(page, anchorAt(first, 'three'))).toBe('3: three by words');
    expect(resolved(page, anchorAt(first, 'two'))).toBe('3: two by words');
  });

  test('AN5 is in another block, when its words stood once', () => {
    const page = rewritten([{ id: 'd' }, 'Zero and three and more']);
    expect(resolved(page, anchorAt(first, 'three'))).toBe('1: three by words');
  });

  test('AN5 is with the same words around, when it did not', () => {
    const page = rewritten([{ id: 'd' }, 'One two three', { id: 'e' }, 'One two five']);
    expect(resolved(page, anchorAt(first, 'two'))).toBe('1: two by words');
    const other = rewritten([{ id: 'd' }, 'One two five']);
    expect(resolved(other, anchorAt(first, 'two'))).toBeNull();
  });

  test('AN6 is gone rather than at one of several places', () => {
    const page = rewritten([{ id: 'd' }, 'One two three', { id: 'e' }, 'One two three']);
    expect(resolved(page, anchorAt(first, 'three'))).toBeNull();
    const same = rewritten([c, 'One two four', { id: 'd' }, 'One']);
    expect(resolved(same, anchorAt(first, 'four', 0))).toBeNull();
  });

  test('comes back with its words', () => {
    const anchor = anchorAt(first, 'three');
    expect(resolved(rewritten([a, 'One two']), anchor)).toBeNull();
    expect(resolved(rewritten([a, 'One two three']), anchor)).toBe('1: three by words');
  });

  test('finds words of scripts without blanks', () => {
    const page = textOf(streamOf([a, '満潮は九時です', b, '干潮は三時です']));
    const other = rewritten([b, '干潮は三時です', a, '満潮は九時です。']);
    expect(resolved(other, anchorAt(page, '九時'))).toBe('2: 九時 by words');
  });
});

test('a page of 20,000 blocks is read and searched in milliseconds', () => {
  const blocks = Array.from({ length: 20_000 }, (_, i) => ({
    id: `b${i}`,
    content: [{ client: 1, clock: i * 50, text: `The reading of hour ${i} was as expected` }],
  })) as unknown as ConstructorParameters<typeof PageText>[0];
  const page = new PageText(blocks);
  const anchors = Array.from({ length: 500 }, (_, i) => anchorAt(page, `hour ${i * 40} was`));
  const start = performance.now();
  const again = new PageText(blocks);
  for (const anchor of anchors)
    expect(resolveAnchor(again, anchor, living(again))?.by).toBe('characters');
  expect(performance.now() - start).toBeLessThan(2_000);
});
