import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { createBlockId } from './block-id.ts';
import type { Block } from './blocks.ts';
import { EVERYTHING, pageOf, seededBytes } from './testing/pages.ts';
import { NODES } from './nodes.ts';
import { readPage, writePage } from './page.ts';
import { excerpt, outline, plainText, wordCount } from './text.ts';

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

  test('writing replaces what was there, in one transaction', () => {
    const page = pageOf();
    let updates = 0;
    page.on('update', () => updates++);
    writePage(page, [block('a', { id: 'a' })], seededBytes(1));
    expect(updates).toBe(1);
    expect(readPage(page)).toEqual([block('a', { id: 'a' })]);
  });

  test('texts that a merge left side by side read as one', () => {
    const page = pageOf([block('a', { id: 'a' })]);
    const second = new Y.XmlText('b');
    (page.getXmlFragment('content').get(0) as Y.XmlElement).insert(1, [second, new Y.XmlText()]);
    expect(readPage(page)).toEqual([block('ab', { id: 'a' })]);
  });

  test('what a newer version wrote is read as its text', () => {
    const page = pageOf([block('a', { id: 'a' })]);
    const callout = new Y.XmlElement('callout');
    const inner = new Y.XmlElement('textBlock');
    inner.insert(0, [new Y.XmlText('inside')]);
    const caption = new Y.XmlElement('caption');
    caption.insert(0, [new Y.XmlText('below')]);
    callout.insert(0, [inner, caption]);
    page.getXmlFragment('content').insert(1, [callout]);
    ((page.getXmlFragment('content').get(0) as Y.XmlElement).get(0) as Y.XmlText).format(0, 1, {
      highlight: {},
      bold: {},
    });
    expect(readPage(page)).toEqual([
      {
        type: 'textBlock',
        attrs: { id: 'a' },
        content: [{ type: 'text', text: 'a', marks: [{ type: 'bold' }] }],
      },
      { type: 'textBlock', content: [{ type: 'text', text: 'inside' }] },
      { type: 'textBlock', content: [{ type: 'text', text: 'below' }] },
    ]);
  });

  test('ids are short, valid and follow from the bytes alone', () => {
    const id = createBlockId(seededBytes(1));
    expect(id).toBe(createBlockId(seededBytes(1)));
    expect(id).not.toBe(createBlockId(seededBytes(2)));
    expect(id).toHaveLength(10);
    expect(NODES.textBlock.attributes.id(id)).toBe(true);
    expect(createBlockId((length) => new Uint8Array(length).fill(255))).toBe('__________');
  });
});

describe('text', () => {
  test('plain text has a line for each block and break', () => {
    expect(plainText(pageOf())).toBe(
      'Title\nplain all\nbelow\n\none\ntwo\nthree\nsaid\nlet a;\n\tlet b;',
    );
    expect(plainText(new Y.Doc())).toBe('');
  });

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

  test('the outline has the headings with their ids, in quotes too', () => {
    expect(outline(pageOf())).toEqual([
      { id: 'title', level: 1, text: 'Title' },
      { id: 'quoted', level: 2, text: 'said' },
    ]);
    expect(outline([block('x', { kind: 'heading3' })])).toEqual([
      { id: null, level: 3, text: 'x' },
    ]);
  });

  test('words are counted in languages with and without spaces', () => {
    expect(wordCount([block("It's 3 words, 🙂 no more")])).toBe(5);
    expect(wordCount([block('日本語の文章です')])).toBeGreaterThan(2);
    expect(wordCount(new Y.Doc())).toBe(0);
  });
});
