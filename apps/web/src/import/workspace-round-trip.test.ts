// @vitest-environment happy-dom
import { type Block, readPage, writePage } from '@tandem/document';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { exportWorkspace, type ListedForExport } from '../export/workspace-export.ts';
import { sha256 } from '../export/sha256.ts';
import { ZipFile } from '../export/zip-file.ts';
import type { Loss, LossKind, RefusalReason } from './imported.ts';
import { openArchive } from './archive.ts';
import { importArchive } from './archive-import.ts';
import { restored } from './testing/restored.ts';

const FILE = '01JD9X6Z7S8K3Q2M5N4P6R0001';

interface Given extends ListedForExport {
  readonly blocks: readonly Block[];
}

const text = (words: string, attrs = {}): Block => ({
  type: 'textBlock',
  attrs,
  content: [{ type: 'text', text: words }],
});

function docOf(blocks: readonly Block[]): Y.Doc {
  const doc = new Y.Doc();
  let seed = 0;
  writePage(doc, blocks, (length) =>
    Uint8Array.from({ length }, () => (seed = (seed * 31 + 7) % 251)),
  );
  return doc;
}

async function zipOf(
  documents: readonly Given[],
  { files = {}, unreadable = [] }: { files?: Record<string, string>; unreadable?: string[] } = {},
) {
  const zip = new ZipFile();
  const open = new Set<string>();
  const report = await exportWorkspace(
    {
      documents,
      open: (id) => {
        open.add(id);
        const { kind, blocks } = documents.find((document) => document.id === id)!;
        const doc = docOf(blocks);
        if (kind === 'data') doc.getMap('numbers').set('one', 1);
        return Promise.resolve(unreadable.includes(id) ? null : doc);
      },
      close: (id) => open.delete(id),
      comments: () => Promise.resolve([]),
      chat: () => Promise.resolve({ messages: [], hasOlder: false }),
      readFile: () => (file) =>
        Promise.resolve(file in files ? new Blob([files[file]!], { type: 'image/png' }) : null),
      untitled: 'Untitled',
      now: new Date(0),
    },
    { zip, signal: new AbortController().signal, onProgress: () => undefined },
  );
  expect(open.size).toBe(0);
  return { blob: await zip.close(), report };
}

const namesIn = async (blob: Blob): Promise<string[]> => {
  const { ZipReader, BlobReader } = await import('@zip.js/zip.js/lib/zip-core-external.js');
  return (await new ZipReader(new BlobReader(blob)).getEntries()).map(({ filename }) => filename);
};

/** With another list of documents. */
async function changed(blob: Blob, change: (list: string) => string): Promise<Blob> {
  const { ZipReader, BlobReader, TextWriter } =
    await import('@zip.js/zip.js/lib/zip-core-external.js');
  const zip = new ZipFile();
  for (const entry of await new ZipReader(new BlobReader(blob)).getEntries()) {
    if (entry.directory) continue;
    const content = await entry.getData(new TextWriter());
    const { filename: path } = entry;
    await zip.add(path, path === 'tandem.json' ? change(content) : content);
  }
  return await zip.close();
}

const page = (
  id: string,
  parent: string | null,
  title: string,
  blocks: readonly Block[],
): Given => ({
  id,
  parent,
  title,
  kind: 'page',
  blocks,
});

test('EX7 IM11 a tree of documents with files comes back under new ids, in its order', async () => {
  const image: Block = { type: 'image', attrs: { id: 'i', file: FILE, name: 'quay.png' } };
  const documents = [
    page('a', null, 'Journal', [text('all', { id: 't', list: 'task', indent: 3 })]),
    page('b', 'a', 'Monday', [{ type: 'quote', attrs: { id: 'q' }, content: [image] }]),
    page('c', 'a', 'monday', []),
    page('d', null, '../../etc', [text('x', { id: 'x' })]),
  ];
  const { blob, report } = await zipOf(documents, { files: { [FILE]: 'PNG' } });
  expect(report).toEqual({
    documents: 4,
    missing: [],
    withoutMessages: [],
    withoutOldMessages: [],
  });
  expect((await namesIn(blob)).toSorted()).toEqual([
    'Journal.md',
    'Journal/Monday.md',
    'Journal/monday (2).md',
    'documents/a.json',
    'documents/b.json',
    'documents/c.json',
    'documents/d.json',
    'etc.md',
    'files/b/quay.png',
    'tandem.json',
  ]);
  const { result, created } = await restored(blob, { parent: 'here' });
  expect(result).toEqual({ kind: 'imported', documents: 4, first: 'new-Journal', losses: [] });
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([
    ['Journal', 'here'],
    ['Monday', 'new-Journal'],
    ['monday', 'new-Journal'],
    ['../../etc', 'here'],
  ]);
  const positions = created.map(({ position }) => position!);
  expect(positions.toSorted()).toEqual(positions);
  const [file] = created[1]!.imported.files;
  expect(file).toMatchObject({ id: FILE, name: 'quay.png', type: 'image/png' });
  expect(await file!.blob.text()).toBe('PNG');
  for (const [index, { blocks }] of documents.entries())
    expect(readPage(docOf(created[index]!.imported.blocks))).toEqual(readPage(docOf(blocks)));
});

test('IM11 links between documents lead to the new ones', async () => {
  const linked = (href: string): Block => ({
    type: 'textBlock',
    content: [{ type: 'text', text: 'there', marks: [{ type: 'link', attrs: { href } }] }],
  });
  const addresses = ['/d/b', 'https://old.example/d/b?x#y', '/d/elsewhere', '/s/b', 'b'];
  const quote: Block = { type: 'quote', content: [linked('/d/a')] };
  const { blob } = await zipOf([
    page('a', null, 'A', [...addresses.map(linked), quote]),
    page('b', 'a', 'B', []),
  ]);
  const { created } = await restored(blob);
  const written = JSON.stringify(created[0]!.imported.blocks);
  const hrefs = [...written.matchAll(/"href":"([^"]*)"/g)].map(([, href]) => href);
  const [a, b] = created.map(({ document }) => `/d/${document}`);
  expect(hrefs).toEqual([b, b, '/d/elsewhere', '/s/b', 'b', a]);
});

test('EX6 IM11 what cannot be read is named, and what is inside of it moves up', async () => {
  const documents: Given[] = [
    page('a', null, 'Secret', []),
    page('b', 'a', 'Inside', [{ type: 'file', attrs: { id: 'f', file: FILE, name: 'gone.pdf' } }]),
    { ...page('c', null, 'Numbers', []), kind: 'data' },
  ];
  const { blob, report } = await zipOf(documents, { unreadable: ['a'] });
  expect(report).toMatchObject({ documents: 2, missing: ['Secret', 'gone.pdf'] });
  const { result, created } = await restored(blob);
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([['Inside', null]]);
  expect(result).toMatchObject({ losses: [{ kind: 'dataDocuments', count: 1 }] satisfies Loss[] });
});

test('IM5 a document that the server refuses is left out, and the rest goes on', async () => {
  const documents = [page('a', null, 'One', []), page('b', 'a', 'Two', [])];
  const { blob } = await zipOf(documents);
  const { result, created } = await restored(blob, { refuse: 'One' });
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([['Two', null]]);
  expect(result).toMatchObject({ losses: [{ kind: 'refusedDocuments', count: 1 }] });
});

test('IM11 an entry of the list that cannot be read costs one document', async () => {
  const { blob } = await zipOf([page('a', null, 'A', []), page('b', 'a', 'B', [])]);
  const bad = await changed(blob, (list) =>
    list.replace('"documents/a.json"', `"${'x'.repeat(3_000)}"`),
  );
  const { result, created } = await restored(bad);
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([['B', null]]);
  expect(result).toMatchObject({ losses: [{ kind: 'damagedDocuments', count: 1 }] });
});

test('IM5 a document that cannot be made is counted, and the rest goes on', async () => {
  const { blob } = await zipOf([page('a', null, 'One', []), page('b', 'a', 'Two', [])]);
  const { result } = await restored(blob, { fail: 'One' });
  expect(result).toMatchObject({
    documents: 1,
    losses: [{ kind: 'unloadedDocuments', count: 1 }],
  });
});

test('IM9 what is inside of an incomplete document is in it, and the report counts it', async () => {
  const documents = [page('a', null, 'One', []), page('b', 'a', 'Two', [])];
  const { blob } = await zipOf(documents);
  const { result, created } = await restored(blob, { incomplete: 'One' });
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([
    ['One', null],
    ['Two', 'new-One'],
  ]);
  expect(result).toMatchObject({
    documents: 2,
    losses: [{ kind: 'incompleteDocuments', count: 1 }],
  });
});

test.each<[RefusalReason, LossKind]>([
  ['unreadable', 'damagedDocuments'],
  ['data', 'dataDocuments'],
  ['too-slow', 'slowDocuments'],
  ['too-long', 'largeDocuments'],
  ['too-large', 'largeDocuments'],
  ['not-loaded', 'unloadedDocuments'],
])('IM6 a document that is refused as %s counts as %s', async (reason, kind) => {
  const { contents } = await openArchive((await zipOf([page('a', null, 'One', [])])).blob);
  const result = await importArchive(new Blob(), {
    reading: {
      openArchive: () => Promise.resolve({ kind: 'archive', contents }),
      readDocument: () => Promise.resolve({ kind: 'refused', reason }),
    },
    create: () => Promise.reject(new Error('nothing to create')),
    parent: null,
    now: 0,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(result).toMatchObject({ documents: 0, losses: [{ kind, count: 1 }] });
});

test('IM11 a file that is damaged or listed again does not cost its document', async () => {
  const table: Block = { type: 'file', attrs: { id: 'i', file: FILE, name: 'quay.csv' } };
  const { blob } = await zipOf([page('a', null, 'One', [table])], {
    files: { [FILE]: 'PNG'.repeat(100) },
  });
  const twice = await changed(blob, (list) =>
    list.replace(/("files": \[)([^\]]+)\]/, (_, start, files) => `${start}${files},${files}]`),
  );
  const { result: again, created: made } = await restored(twice);
  expect(made[0]!.imported.files).toHaveLength(1);
  expect(again).toMatchObject({ losses: [{ kind: 'missingFiles', count: 1 }] });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const name = new TextEncoder().encode('files/a/quay.csv');
  const at = bytes.findIndex((_, from) =>
    name.every((byte, index) => bytes[from + index] === byte),
  );
  // The content follows the name and a field whose length stands before the name.
  const content = at + name.length + new DataView(bytes.buffer).getUint16(at - 2, true);
  bytes.fill(0xff, content, content + 8);
  const { result, created } = await restored(new Blob([bytes]));
  expect(created[0]!.imported.blocks).toHaveLength(1);
  expect(result).toMatchObject({ losses: [{ kind: 'missingFiles', count: 1 }] });
});

test('IM11 any page comes back as it was', { timeout: 60_000 }, async () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((given) =>
    // What a page never has, because editors do not insert it.
    given.replace(/\p{Cc}|\p{Cs}/gu, 'x'),
  );
  const leaf = fc.oneof(
    fc
      .tuple(words, fc.constantFrom(null, 'bullet', 'ordered', 'task'), fc.nat(8))
      .map(([given, list, indent]): Block =>
        text(given, { ...(list && { list }), ...(indent > 0 && { indent }) }),
      ),
    words.map((given): Block => ({
      type: 'codeBlock',
      attrs: { language: 'ts' },
      content: [{ type: 'text', text: given }],
    })),
    fc.constant<Block>({ type: 'divider' }),
  );
  const blocks = fc.array(
    fc.oneof(
      leaf,
      fc.array(leaf, { minLength: 1, maxLength: 3 }).map((content): Block => ({
        type: 'quote',
        content,
      })),
    ),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(blocks, words, async (given, title) => {
      const expected = readPage(docOf(given));
      const { blob } = await zipOf([page('a', null, title, given)]);
      const { created } = await restored(blob);
      expect(readPage(docOf(created[0]!.imported.blocks))).toEqual(expected);
      expect(created[0]!.title).toBe(title);
    }),
    { numRuns: 40, seed: 1 },
  );
});

describe('IM3 IM11 hostile zip files', () => {
  const manifestOf = (documents: readonly object[]) => ({
    format: 'tandem-workspace',
    version: 1,
    exportedAt: new Date(0).toISOString(),
    documents,
  });
  const refusedBy = async (entries: Readonly<Record<string, string>>) => {
    const zip = new ZipFile();
    for (const [path, content] of Object.entries(entries)) await zip.add(path, content);
    return await restored(await zip.close());
  };
  const withDocument = async (content: string, hash?: string) =>
    await refusedBy({
      'a.json': content,
      'tandem.json': JSON.stringify(
        manifestOf([
          {
            id: 'a',
            parent: 'nowhere',
            title: 'A',
            kind: 'page',
            path: 'a.json',
            sha256: hash ?? (await sha256(new Blob([content]))),
            markdown: null,
            files: [],
          },
        ]),
      ),
    });

  test.each([
    ['no manifest and no Markdown', { 'a.csv': 'a' }, 'no-documents'],
    ['no JSON', { 'tandem.json': '{' }, 'unreadable'],
    ['another manifest', { 'tandem.json': '{"name":"x"}' }, 'unreadable'],
    [
      'a newer version',
      { 'tandem.json': JSON.stringify({ ...manifestOf([]), version: 2 }) },
      'too-new',
    ],
    ['a bomb', { 'tandem.json': ' '.repeat(30_000_000) }, 'too-large'],
  ])('%s', async (_, entries, reason) => {
    expect((await refusedBy(entries)).result).toEqual({ kind: 'refused', reason });
  });

  test.each([
    ['a script', { kind: 'page', blocks: [{ type: 'script' }], comments: [], chat: [] }],
    [
      'a link that runs',
      {
        kind: 'page',
        comments: [],
        chat: [],
        blocks: [
          {
            type: 'textBlock',
            content: [
              {
                type: 'text',
                text: 'x',
                marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }],
              },
            ],
          },
        ],
      },
    ],
    [
      'an attribute out of range',
      { kind: 'page', blocks: [text('a', { indent: 99 })], comments: [], chat: [] },
    ],
    [
      'blocks in text',
      {
        kind: 'page',
        blocks: [{ type: 'textBlock', content: [text('a')] }],
        comments: [],
        chat: [],
      },
    ],
    ['no blocks', { kind: 'page' }],
  ])('a document with %s is left out', async (_, content) => {
    const { result, created } = await withDocument(JSON.stringify(content));
    expect(created).toEqual([]);
    expect(result).toMatchObject({ losses: [{ kind: 'damagedDocuments', count: 1 }] });
  });

  test.each([
    ['no list', 'x'],
    ['none', undefined],
    ['more threads than a document has', Array.from({ length: 501 }, () => 'x')],
  ])('a document whose comments are %s comes back without them', async (_, comments) => {
    const content = { kind: 'page', blocks: [text('a')], comments, chat: [] };
    const { result, created } = await withDocument(JSON.stringify(content));
    expect(created).toHaveLength(1);
    expect(result).toMatchObject({ losses: [{ kind: 'unreadableComments', count: 1 }] });
  });

  test.each([
    ['no list', 'x'],
    ['none', undefined],
    ['more messages than a file holds', Array.from({ length: 10_000 }, () => 'x')],
  ])('IM16 a document whose chat is %s comes back without it', async (_, chat) => {
    const content = { kind: 'page', blocks: [text('a')], comments: [], chat };
    const { result, created } = await withDocument(JSON.stringify(content));
    expect(created).toMatchObject([{ imported: { chat: [] } }]);
    expect(result).toMatchObject({ losses: [{ kind: 'unreadableChats', count: 1 }] });
  });

  test('IM16 a message that cannot be read keeps its place in the chat, and is counted', async () => {
    const message = {
      ...{ text: 'Sure?', author: { name: 'Ada', color: 1 }, at: 1, editedAt: null },
      ...{ reactions: [{ emoji: 'x', names: ['Ada'] }], replyTo: null },
    };
    const damaged = [
      'x',
      { ...message, replyTo: -1 },
      { ...message, replyTo: '0' },
      { ...message, author: { name: '\u0000', color: 1 } },
      { ...message, author: { id: 'ada', name: 'Ada', color: 1 } },
    ];
    const chat = [...damaged, message];
    const content = { kind: 'page', blocks: [text('a')], comments: [], chat };
    const { result, created } = await withDocument(JSON.stringify(content));
    expect(created[0]?.imported.chat).toEqual([
      ...damaged.map(() => null),
      { ...message, reactions: [null] },
    ]);
    expect(result).toMatchObject({
      losses: [
        { kind: 'damagedMessages', count: 5 },
        { kind: 'damagedReactions', count: 1 },
      ],
    });
  });

  test('threads and reactions that cannot be read are counted', async () => {
    const message = {
      ...{ kind: 'message', text: 'Sure?', author: { name: 'Ada', color: 1 }, at: 1 },
      ...{ editedAt: null, reactions: [{ emoji: 'x', names: ['Ada'] }] },
    };
    const place = {
      ...{ range: null, block: null, quote: 'a', prefix: '', suffix: '' },
      ...{ length: 1, unique: 'quote' },
    };
    const comments = [{ place, resolved: null, messages: [message] }, 'x', 'x'];
    const content = { kind: 'page', blocks: [text('a')], comments, chat: [] };
    const { result, created } = await withDocument(JSON.stringify(content));
    expect(created).toHaveLength(1);
    expect(result).toMatchObject({
      losses: [
        { kind: 'damagedComments', count: 2 },
        { kind: 'damagedReactions', count: 1 },
      ],
    });
  });

  test('IM15 comments beyond what a document may have are left out, and counted', async () => {
    const message = {
      ...{ kind: 'message', text: 'Sure?', author: { name: 'Ada', color: 1 }, at: 1 },
      ...{ editedAt: null, reactions: [] },
    };
    const place = {
      ...{ range: null, block: null, quote: 'a', prefix: '', suffix: '' },
      ...{ length: 1, unique: 'quote' },
    };
    const messages = [...Array.from({ length: 99 }, () => message), { kind: 'deleted' }];
    const comments = Array.from({ length: 22 }, () => ({ place, resolved: null, messages }));
    const content = { kind: 'page', blocks: [text('a')], comments, chat: [] };
    const { result } = await withDocument(JSON.stringify(content));
    expect(result).toMatchObject({ losses: [{ kind: 'excessComments', count: 2 * 99 }] });
  });

  test('a document that was changed is left out; nesting ends at a limit', async () => {
    const good = JSON.stringify({ kind: 'page', blocks: [text('a')], comments: [], chat: [] });
    expect((await withDocument(good)).created).toHaveLength(1);
    expect((await withDocument(good, '0'.repeat(64))).created).toEqual([]);
    const deep = `{"kind":"page","comments":[],"chat":[],"blocks":[${'{"type":"quote","content":['.repeat(20_000)}${']}'.repeat(20_000)}]}`;
    expect((await withDocument(deep)).created).toEqual([]);
  });
});
