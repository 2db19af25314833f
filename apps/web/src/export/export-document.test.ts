// @vitest-environment happy-dom
import { type Block, writePage } from '@tandem/document';
import { fromMarkdown } from '@tandem/document/markdown-reader';
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js/lib/zip-core-external.js';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { exportDocument, type ExportFormat, FormatNotLoaded } from './export-document.ts';

const FILE = '01JD9X6Z7S8K3Q2M5N4P6R0001';
const OTHER = '01JD9X6Z7S8K3Q2M5N4P6R0002';

const text = (words: string, attrs = {}): Block => ({
  type: 'textBlock',
  attrs,
  content: [{ type: 'text', text: words }],
});

const { toDocx } = vi.hoisted(() => ({ toDocx: vi.fn() }));
vi.mock('./docx-export.ts', () => ({ toDocx }));

function exported(
  format: ExportFormat,
  blocks: readonly Block[],
  { title = 'Tide log', files = {} }: { title?: string; files?: Record<string, string> } = {},
) {
  const doc = new Y.Doc();
  let seed = 0;
  writePage(doc, blocks, (length) =>
    Uint8Array.from({ length }, () => (seed = (seed * 31 + 7) % 251)),
  );
  return exportDocument(format, {
    title,
    doc,
    untitled: 'Untitled',
    readFile: (file) => {
      const content = files[file];
      return Promise.resolve(
        content === undefined ? null : new Blob([content], { type: 'image/png' }),
      );
    },
  });
}

test('IM12 Markdown is a text file that reads back as the same page', async () => {
  const blocks = [text('Slack', { kind: 'heading2' }), text('at *nine*', { list: 'task' })];
  const { name, blob } = await exported('markdown', blocks, { title: 'Tides: *all* # of them' });
  expect(name).toBe('Tides all # of them.md');
  const read = fromMarkdown(await blob.text());
  expect(read).toEqual([text('Tides: *all* # of them', { kind: 'heading1' }), ...blocks]);
});

test('EX5 EX6 Markdown with files is a zip file of both', async () => {
  const blocks: Block[] = [
    { type: 'image', attrs: { file: FILE, name: 'high (1).png', alt: 'Boats', size: 3 } },
    { type: 'quote', content: [{ type: 'file', attrs: { file: OTHER, name: 'gone.pdf' } }] },
  ];
  const { name, blob, missing } = await exported('markdown', blocks, { files: { [FILE]: 'PNG' } });
  expect(name).toBe('Tide log.zip');
  expect(missing).toEqual(['gone.pdf']);
  const entries = await new ZipReader(new BlobReader(blob)).getEntries();
  const contents = await Promise.all(
    entries.map(async (entry) => [
      entry.filename,
      entry.directory ? '' : await entry.getData(new TextWriter()),
    ]),
  );
  expect(Object.fromEntries(contents)).toEqual({
    'Tide log.md': `# Tide log\n\n![Boats](files/high%20%281%29.png)\n\n> [gone.pdf](tandem-file:${OTHER}?name=gone.pdf)\n`,
    'files/high (1).png': 'PNG',
  });
});

test('EX3 EX4 HTML is one file with its images, in which no text is markup', async () => {
  const blocks: Block[] = [
    text('<script>alert(1)</script>'),
    { type: 'image', attrs: { file: FILE, name: 'a.png', alt: '"><script>', size: 3 } },
    { type: 'file', attrs: { file: FILE, name: '"><img src=x>.png' } },
    { type: 'image', attrs: { file: OTHER, name: 'huge.png', size: 60_000_000 } },
  ];
  const { name, blob, tooLarge } = await exported('html', blocks, {
    title: '</title><script>alert(2)</script>',
    files: { [FILE]: 'PNG' },
  });
  expect(name).toBe('title script alert(2) script.html');
  expect(tooLarge).toEqual(['huge.png']);
  const html = await blob.text();
  const page = new DOMParser().parseFromString(html, 'text/html');
  expect(page.querySelectorAll('script')).toHaveLength(0);
  expect(page.title).toBe('</title><script>alert(2)</script>');
  expect([...page.querySelectorAll('img')].map((image) => image.getAttribute('src'))).toEqual([
    `data:image/png;base64,${btoa('PNG')}`,
    null,
  ]);
  expect([...page.querySelectorAll('[onerror], link, iframe')]).toEqual([]);
  expect(page.querySelector('a')?.getAttribute('download')).toBe('"><img src=x>.png');
});

test('EX6 a DOCX file takes no room for files that it only names', async () => {
  toDocx.mockResolvedValue(new Blob());
  const blocks: Block[] = [
    { type: 'file', attrs: { file: OTHER, name: 'log.zip', size: 90_000_000 } },
    { type: 'image', attrs: { file: FILE, name: 'quay.png', size: 20_000_000 } },
  ];
  const { missing, tooLarge } = await exported('docx', blocks, { files: { [FILE]: 'PNG' } });
  expect({ missing, tooLarge }).toEqual({ missing: [], tooLarge: [] });
  const [, { images }] = toDocx.mock.calls[0]!;
  expect([...images.keys()]).toEqual([FILE]);
});

test('EX1 that the writer of DOCX files cannot be loaded is an error of its own', async () => {
  vi.resetModules();
  vi.doMock('./docx-export.ts', () => {
    throw new Error('offline');
  });
  await expect(exported('docx', [])).rejects.toBeInstanceOf(FormatNotLoaded);
});
