import { describe, expect, test } from 'vitest';
import { type Block, createBlockId } from './blocks.ts';
import { EVERYTHING, pageOf, seededBytes, plainText } from './testing/pages.ts';
import { isBlockId } from './nodes.ts';
import { readPage, writePage } from './page.ts';
import { excerpt } from './text.ts';

const block = (text: string, attrs: Record<string, unknown> = {}): Block => ({
  type: 'textBlock',
  attrs,
  content: [{ type: 'text', text }],
});

describe('writing and reading', () => {
  test('blocks come back as they were', () => {
    expect(readPage(pageOf())).toEqual(EVERYTHING);
  });

  test('each block without an id is given one of its own', () => {
    const page = pageOf([
      block('a'),
      block('b', { id: null }),
      { type: 'quote', content: [{ type: 'divider' }] },
    ]);
    const ids = JSON.stringify(readPage(page)).match(/"id":"[\w-]{10}"/g);
    expect(new Set(ids).size).toBe(4);
  });

  test('writing replaces the content in one transaction', () => {
    const page = pageOf();
    let updates = 0;
    page.on('update', () => updates++);
    writePage(page, [block('a', { id: 'a' })], seededBytes(1));
    expect(updates).toBe(1);
    expect(readPage(page)).toEqual([block('a', { id: 'a' })]);
  });

  test('content of a newer version is read as text', () => {
    const page = pageOf([block('a', { id: 'a' })]);
    const text = page.getText('text');
    text.format(1, 1, { highlight: true, bold: true });
    text.insertEmbed(2, { id: 'b', type: 'unknown', tone: 'loud' });
    text.insert(3, 'inside', { highlight: null, bold: null });
    text.insertEmbed(6, { mention: 'ada' });
    expect(readPage(page)).toEqual([
      {
        type: 'textBlock',
        attrs: { id: 'a' },
        content: [{ type: 'text', text: 'a', marks: [{ type: 'bold' }] }],
      },
      block('inside', { id: 'b' }),
    ]);
  });

  test('a quote in a quote keeps both ids', () => {
    const quotes: Block[] = [
      {
        type: 'quote',
        attrs: { id: 'q' },
        content: [
          block('a', { id: 'a' }),
          { type: 'quote', attrs: { id: 'r' }, content: [block('b', { id: 'b' })] },
        ],
      },
    ];
    expect(readPage(pageOf(quotes))).toEqual(quotes);
  });

  test('ids are short, valid and follow from the bytes alone', () => {
    const id = createBlockId(seededBytes(1));
    expect(id).toBe(createBlockId(seededBytes(1)));
    expect(id).not.toBe(createBlockId(seededBytes(2)));
    expect(id).toHaveLength(10);
    expect(isBlockId(id)).toBe(true);
    expect(createBlockId((length) => new Uint8Array(length).fill(255))).toBe('__________');
  });
});

describe('text', () => {
  test('an excerpt is one line, cut between words where there are any', () => {
    expect(excerpt(pageOf(), 1_000)).toBe('Title plain all below one two three said let a; let b;');
    expect(excerpt(pageOf(), 17)).toBe('Title plain all…');
    expect(excerpt(pageOf(), 16)).toBe('Title plain all…');
    expect(excerpt([block('日本語の文章です')], 5)).toBe('日本語の…');
    expect(excerpt([block('👍👍👍')], 4)).toBe('👍…');
    expect(excerpt([block('  a \n b  ')], 5)).toBe('a b');
    for (let length = 1; length < 60; length++)
      expect(excerpt(pageOf(), length).length).toBeLessThanOrEqual(length);
  });

  test('an excerpt reads no more of the page than it needs', () => {
    function* blocks(): Generator<Block> {
      yield block('x'.repeat(1_000_000));
      throw new Error('read too far');
    }
    expect(excerpt(blocks(), 10)).toBe('xxxxxxxxx…');
  });

  test('the excerpt of a page equals its plain text, with moved and joined blocks too', () => {
    const moved = pageOf();
    moved.getText('text').insertEmbed(0, { place: 's' });
    moved.getMap('attributes').set('quoted.at', 's');
    moved.getText('text').insertEmbed(moved.getText('text').length, { join: 't' });
    moved.getMap('attributes').set('bullet.at', 't');
    for (const page of [pageOf(), pageOf([]), moved])
      expect(excerpt(page, 1_000)).toBe(plainText(page).replace(/\s+/g, ' '));
  });

  test('an excerpt of a long page reads its beginning only', () => {
    const page = pageOf(Array.from({ length: 5_000 }, (_, index) => block(`block ${index}`)));
    const far = page.getText('text')._start!.right!.right!.right!.right!.right!.right!.right!;
    Object.defineProperty(far, 'content', { get: () => expect.fail('read too far') });
    expect(excerpt(page, 20)).toBe('block 0 block 1…');
  });
});
