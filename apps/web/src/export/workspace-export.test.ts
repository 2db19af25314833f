// @vitest-environment happy-dom
import { type Block, writePage } from '@tandem/document';
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js/lib/zip-core-external.js';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { openArchive } from '../import/archive.ts';
import type { LoadedChat } from './page-messages.ts';
import { exportWorkspace, type ListedForExport, type WorkspaceReport } from './workspace-export.ts';
import { workspaceManifest } from './workspace-manifest.ts';
import { ZipFile } from './zip-file.ts';

interface Exported {
  readonly blob: Blob;
  readonly report: WorkspaceReport;
  readonly paths: readonly string[];
}

async function exported(
  documents: readonly ListedForExport[],
  {
    unreadable = [],
    blocks = [],
    chat = { messages: [], hasOlder: false },
  }: { unreadable?: string[]; blocks?: readonly Block[]; chat?: LoadedChat | null } = {},
): Promise<Exported> {
  const zip = new ZipFile();
  const report = await exportWorkspace(
    {
      documents,
      open(id) {
        const doc = new Y.Doc();
        writePage(doc, blocks, (length) => crypto.getRandomValues(new Uint8Array(length)));
        return Promise.resolve(unreadable.includes(id) ? null : doc);
      },
      comments: () => Promise.resolve([]),
      chat: () => Promise.resolve(chat),
      close: () => undefined,
      readFile: () => () => Promise.resolve(new Blob(['x'], { type: 'image/png' })),
      untitled: 'Untitled',
      now: new Date(0),
    },
    { zip, signal: new AbortController().signal, onProgress: () => undefined },
  );
  const blob = await zip.close();
  const entries = await new ZipReader(new BlobReader(blob)).getEntries();
  return { blob, report, paths: entries.map(({ filename }) => filename) };
}

test('EX6 chats that are missing, or in the file with their end only, are reported', async () => {
  const documents = [page('a', null, 'Log')];
  const missing = await exported(documents, { chat: null });
  expect(missing.report).toMatchObject({ withoutMessages: ['Log'], withoutOldMessages: [] });
  const cut = await exported(documents, { chat: { messages: [], hasOlder: true } });
  expect(cut.report).toMatchObject({ withoutMessages: [], withoutOldMessages: ['Log'] });
});

const page = (id: string, parent: string | null, title: string): ListedForExport => ({
  id,
  parent,
  title,
  kind: 'page',
});

const nested = (count: number, title: string): ListedForExport[] =>
  Array.from({ length: count }, (_, index) =>
    page(`d${index}`, index === 0 ? null : `d${index - 1}`, title),
  );

test('EX2 EX7 long titles on all levels become paths that systems store, and an import reads', async () => {
  const documents = nested(32, '潮'.repeat(200));
  const { blob, report, paths } = await exported(documents);
  expect(report).toEqual({
    documents: 32,
    missing: [],
    withoutMessages: [],
    withoutOldMessages: [],
  });
  const bytes = paths.map((path) => new TextEncoder().encode(path).length);
  expect(Math.max(...bytes)).toBeLessThanOrEqual(220);
  const { contents } = await openArchive(blob);
  expect(contents.documents.map((document) => document?.parent)).toEqual(
    documents.map(({ parent }) => parent),
  );
});

test('EX2 folders, files and the manifest do not take the names of each other', async () => {
  const { paths } = await exported([
    page('a', null, 'README'),
    page('b', null, 'README.md'),
    page('c', 'b', 'Inside'),
    page('d', null, 'tandem.json'),
    page('e', 'd', 'Inside'),
  ]);
  expect(paths.filter((path) => !path.startsWith('documents/')).toSorted()).toEqual([
    'README.md',
    'README.md (2).md',
    'README.md (2)/Inside.md',
    'tandem.json',
    'tandem.json (2).md',
    'tandem.json (2)/Inside.md',
  ]);
});

test('EX7 what is inside an unreadable document moves to the nearest one around it', async () => {
  const documents = [page('a', null, 'A'), page('b', 'a', 'B'), page('c', 'b', 'C')];
  const { blob, report, paths } = await exported(documents, { unreadable: ['b'] });
  expect(report.missing).toEqual(['B']);
  expect(paths).toContain('A/C.md');
  const { contents } = await openArchive(blob);
  expect(contents.documents.map((document) => document?.parent)).toEqual([null, 'a']);
});

test(
  'EX6 EX7 more files than a document of the manifest has are named',
  { timeout: 30_000 },
  async () => {
    const blocks = Array.from({ length: 2_002 }, (_, index): Block => ({
      type: 'image',
      attrs: {
        id: `i${index}`,
        file: `01JD9X6Z7S8K3Q2M5N4P6R${String(index).padStart(4, '0')}`,
        name: `${index}.png`,
      },
    }));
    const { blob, report } = await exported([page('a', null, 'A')], { blocks });
    expect(report).toMatchObject({ documents: 1, missing: ['2000.png', '2001.png'] });
    const { imported } = await (await openArchive(blob)).read(0);
    expect(imported.files).toHaveLength(2_000);
  },
);

test('EX7 an entry of the manifest that cannot be read costs one document', async () => {
  const { blob } = await exported([page('a', null, 'A'), page('b', null, 'B')]);
  const entries = await new ZipReader(new BlobReader(blob)).getEntries();
  const entry = entries.find(({ filename }) => filename === 'tandem.json');
  if (entry === undefined || entry.directory) throw new Error('no manifest');
  const written = JSON.parse(await entry.getData(new TextWriter())) as { documents: object[] };
  written.documents[0] = { ...written.documents[0], path: 'x'.repeat(3_000) };
  const read = workspaceManifest.parse(written);
  expect(read.documents.map((document) => document?.title)).toEqual([undefined, 'B']);
});
