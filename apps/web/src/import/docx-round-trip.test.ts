import { type Block, readableText, toHtml } from '@tandem/document';
import { afterEach, expect, test, vi } from 'vitest';
import { toDocx } from '../export/docx-export.ts';
import { convertFile } from './convert-file.ts';
import type { ImportedDocument } from './imported.ts';

afterEach(() => vi.unstubAllGlobals());

const FILE = '01JD9X6Z7S8K3Q2M5N4P6R0001';

type Attributes = Extract<Block, { type: 'textBlock' }>['attrs'];

const text = (words: string, attrs: Attributes = {}): Block => ({
  type: 'textBlock',
  attrs,
  content: [{ type: 'text', text: words }],
});

async function throughDocx(
  blocks: readonly Block[],
  images: ReadonlyMap<string, Blob> = new Map(),
): Promise<ImportedDocument> {
  const blob = await toDocx(blocks, { title: 'Tide <log> & more', images });
  const result = await convertFile({ name: 'log.docx', blob });
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.imported;
}

test('IM12 headings, lists, tasks, quotes, code and marks come back from DOCX', async () => {
  const blocks: readonly Block[] = [
    text('Slack water', { kind: 'heading2' }),
    {
      type: 'textBlock',
      content: [
        { type: 'text', text: 'bold', marks: [{ type: 'bold' }] },
        { type: 'text', text: ' ' },
        { type: 'text', text: 'italic', marks: [{ type: 'italic' }] },
        { type: 'text', text: ' ' },
        { type: 'text', text: 'gone', marks: [{ type: 'strike' }] },
        { type: 'text', text: ' ' },
        { type: 'text', text: 'code', marks: [{ type: 'code' }] },
        { type: 'text', text: ' ' },
        {
          type: 'text',
          text: 'link',
          marks: [{ type: 'link', attrs: { href: 'https://example.org/?a=1&b=2' } }],
        },
        { type: 'hardBreak' },
        { type: 'text', text: 'below <b>&amp;' },
      ],
    },
    text('one', { list: 'bullet' }),
    text('two', { list: 'bullet', indent: 1 }),
    text('first', { list: 'ordered' }),
    text('inside', { list: 'ordered', indent: 1 }),
    text('second', { list: 'ordered' }),
    text('charts', { list: 'task', checked: true }),
    text('oil', { list: 'task' }),
    { type: 'quote', content: [text('At nine.')] },
    { type: 'codeBlock', content: [{ type: 'text', text: 'let a;\n  let b;' }] },
    text('المد العالي'),
    text('end'),
  ];
  const { title, blocks: read, losses } = await throughDocx(blocks);
  expect(title).toBe('Tide <log> & more');
  expect(toHtml(read)).toBe(toHtml(blocks));
  expect(losses).toEqual([]);
});

test('a list that begins at seven, and two lists beside each other, keep their numbers', async () => {
  const { blocks } = await throughDocx([
    text('a', { list: 'ordered', start: 7 }),
    text('b', { list: 'ordered' }),
    text('between'),
    text('c', { list: 'ordered' }),
  ]);
  // Mammoth tells no numbers, so that only the items are compared.
  expect(readableText(blocks).replace(/\d+/g, 'n')).toBe('n. a\nn. b\nbetween\nn. c');
});

test('images come along, other files are named', async () => {
  vi.stubGlobal('createImageBitmap', () =>
    Promise.resolve({ width: 1_200, height: 600, close: () => undefined }),
  );
  const png = new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47])], { type: 'image/png' });
  const { blocks, files } = await throughDocx(
    [
      { type: 'image', attrs: { file: FILE, name: 'quay.png', alt: 'Boats', caption: 'The quay' } },
      { type: 'file', attrs: { file: FILE, name: 'tides.pdf' } },
      text('end'),
    ],
    new Map([[FILE, png]]),
  );
  expect(files.map(({ type, blob }) => [type, blob.size])).toEqual([['image/png', 4]]);
  expect(readableText(blocks)).toContain('[Boats]');
  expect(readableText(blocks)).toContain('The quay');
  expect(readableText(blocks)).toContain('tides.pdf');
});
