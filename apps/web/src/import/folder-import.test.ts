// @vitest-environment happy-dom
import { type Block, readableText, writePage } from '@tandem/document';
import { toMarkdown } from '@tandem/document/markdown-writer';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { exportDocument } from '../export/export-document.ts';
import { ZipFile } from '../export/zip-file.ts';
import type { Loss } from './imported.ts';
import { restored } from './testing/restored.ts';

async function zipOf(entries: Readonly<Record<string, string | Blob>>): Promise<Blob> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(entries)) await zip.add(path, content);
  return await zip.close();
}

async function imported(entries: Readonly<Record<string, string | Blob>>) {
  const { result, created } = await restored(await zipOf(entries));
  if (result.kind === 'refused') throw new Error(result.reason);
  const byTitle = (title: string) => created.find((document) => document.title === title)!;
  return { losses: result.losses, created, byTitle };
}

/** One file beside some others. */
async function read(markdown: string, others: Readonly<Record<string, string>> = {}) {
  const { losses, byTitle } = await imported({ 'Note.md': markdown, ...others });
  const { blocks, files } = byTitle('Note').imported;
  return { losses, blocks, files };
}

/** Images and files by their names. */
const shapeOf = (blocks: readonly Block[]): string[] =>
  blocks.map((block) =>
    block.type === 'image' || block.type === 'file'
      ? `${block.type} ${block.attrs?.name}`
      : toMarkdown([block]).trim(),
  );

const HEX = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';

test('IM13 IM14 a vault of Obsidian becomes a tree with images and links', async () => {
  const { losses, created, byTitle } = await imported({
    'Vault/Harbour.md':
      '---\ntags: [sea]\n---\n![[quay 1.png|Quay|300]]\n\nSee [[Tides|the tides]], [[Boats/Gull#Mast]], [[gone]] and `[[code]]`.\n\n![[Tides]]\n\n```\n[[Tides]]\n```\n',
    'Vault/Tides.md': '# Tides\n\nback to [Harbour](Harbour.md)',
    'Vault/Boats/Gull.md': '# A gull\n\n[plan](../files/plan.pdf)\n\n[there](#part)',
    'Vault/files/quay 1.png': 'PNG',
    'Vault/files/plan.pdf': 'PDF',
    'Vault/files/unused.png': 'PNG',
    'Vault/.obsidian/app.json': '{}',
  });
  const idOf = (title: string) => byTitle(title).document!;
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([
    ['Vault', null],
    ['Boats', 'new-Vault'],
    ['Gull', 'new-Boats'],
    ['Harbour', 'new-Vault'],
    ['Tides', 'new-Vault'],
  ]);
  const harbour = byTitle('Harbour').imported;
  expect(harbour.blocks[0]).toEqual({
    type: 'image',
    attrs: {
      file: harbour.files[0]!.id,
      name: 'quay 1.png',
      size: 3,
      alt: 'Quay',
      displayWidth: 300,
    },
  });
  expect(shapeOf(harbour.blocks.slice(1))).toEqual([
    `See [the tides](/d/${idOf('Tides')}), [Boats/Gull › Mast](/d/${idOf('Gull')}), gone and \`[[code]]\`.`,
    `[Tides](/d/${idOf('Tides')})`,
    '```\n[[Tides]]\n```',
  ]);
  expect(shapeOf(byTitle('Tides').imported.blocks)).toEqual([
    `back to [Harbour](/d/${idOf('Harbour')})`,
  ]);
  // A heading that is not the name of the file is a part of the text.
  expect(shapeOf(byTitle('Gull').imported.blocks)).toEqual(['# A gull', 'file plan.pdf', 'there']);
  expect(losses).toEqual([
    { kind: 'properties', count: 1 },
    { kind: 'missingLinks', count: 1 },
    { kind: 'shownDocuments', count: 1 },
    { kind: 'unusedFiles', count: 1 },
  ] satisfies Loss[]);
});

test('IM13 IM14 an export of Notion, a zip file in a zip file, loses its ids', async () => {
  const part = await zipOf({
    [`Log ${HEX}.md`]: `# Log: all of it\n\n[Monday](Log%20${HEX}/Monday%20${OTHER}.md)\n\n![quay](Log%20${HEX}/Untitled.png)`,
    [`Log ${HEX}/Monday ${OTHER}.md`]: `# Monday\n\n[up](https://www.notion.so/Log-${HEX}?pvs=4)`,
    [`Log ${HEX}/Untitled.png`]: 'PNG',
  });
  const { losses, created, byTitle } = await imported({ 'ExportBlock-1-Part-1.zip': part });
  expect(created.map(({ title, parent }) => [title, parent])).toEqual([
    ['Log: all of it', null],
    ['Monday', 'new-Log: all of it'],
  ]);
  expect(shapeOf(created[0]!.imported.blocks)).toEqual([
    `[Monday](/d/${byTitle('Monday').document})`,
    'image Untitled.png',
  ]);
  expect(shapeOf(created[1]!.imported.blocks)).toEqual([`[up](/d/${created[0]!.document})`]);
  expect(losses).toEqual([]);
});

test('IM14 an image on a line of its own divides a text, and one in a line goes below it', async () => {
  const others = { 'a.png': 'A', 'b.png': 'B', 'c.pdf': 'C' };
  const { blocks, losses } = await read(
    'one\n![](a.png "Low *tide*")\ntwo ![x](b.png) three\n\nsee [the plan](c.pdf), [again](c.pdf)\n\n## Head ![](a.png)\n\n| ![](b.png) | b |\n|---|---|\n| c | d |',
    others,
  );
  expect(shapeOf(blocks)).toEqual([
    'one',
    'image a.png',
    'two  three',
    'image b.png',
    'see the plan, again',
    'file c.pdf',
    '## Head',
    'image a.png',
    '\\| b',
    'c \\| d',
    'image b.png',
  ]);
  expect(blocks[1]).toMatchObject({ attrs: { caption: 'Low *tide*' } });
  expect(losses).toEqual([
    { kind: 'loweredFiles', count: 4 },
    { kind: 'tables', count: 1 },
  ]);
});

test('IM14 images in lists stand between or inside of items', async () => {
  const others = { 'a.png': 'A', 'b.png': 'B' };
  const { blocks, losses } = await read(
    '- one\n- ![](a.png)\n- two\n\n  ![](b.png)\n- [ ] three [![](a.png)](https://x.example)\n\n> ![](b.png)',
    others,
  );
  expect(shapeOf(blocks.slice(0, -1))).toEqual([
    '- one',
    'image a.png',
    '- two',
    'image b.png',
    '- [ ] three',
    'image a.png',
  ]);
  expect(blocks.at(-1)).toMatchObject({ type: 'quote', content: [{ type: 'image' }] });
  expect(losses).toEqual([
    { kind: 'imageLinks', count: 1 },
    { kind: 'loweredFiles', count: 1 },
  ]);
});

test('IM6 IM14 what is not in the zip file leaves its words, and others stay links', async () => {
  const { blocks, losses, files } = await read(
    '![quay](gone.png) [words](gone.md) [far](https://x.example/a.md) ![chart](https://x.example/a.png)',
  );
  expect(readableText(blocks)).toBe('quay words far chart');
  expect(shapeOf(blocks)).toEqual([
    'quay words [far](https://x.example/a.md) [chart](https://x.example/a.png)',
  ]);
  expect(files).toEqual([]);
  expect(losses).toEqual([
    { kind: 'missingImages', count: 1 },
    { kind: 'missingLinks', count: 1 },
    { kind: 'remoteImages', count: 1 },
  ]);
});

test('IM12 IM14 a document that was exported as Markdown comes back with its files', async () => {
  const image = { file: '01JD9X6Z7S8K3Q2M5N4P6R0001', name: 'quay (1).png', alt: 'Quay' };
  const blocks: Block[] = [
    { type: 'textBlock', attrs: { kind: 'heading1' }, content: [{ type: 'text', text: 'Part' }] },
    { type: 'image', attrs: { ...image, size: 3, caption: 'At low tide' } },
    { type: 'textBlock', attrs: { list: 'task' }, content: [{ type: 'text', text: 'oil' }] },
    {
      type: 'file',
      attrs: { file: '01JD9X6Z7S8K3Q2M5N4P6R0002', name: 'a #1 100% plan.pdf', size: 3 },
    },
  ];
  const doc = new Y.Doc();
  writePage(doc, blocks, (length) => crypto.getRandomValues(new Uint8Array(length)));
  const { name, blob } = await exportDocument('markdown', {
    title: 'Harbour: a/b',
    doc,
    readFile: () => Promise.resolve(new Blob(['PNG'], { type: 'image/png' })),
    untitled: 'Untitled',
  });
  expect(name).toBe('Harbour a b.zip');
  const { result, created } = await restored(blob);
  expect(result).toMatchObject({ documents: 1, losses: [] });
  const [{ title, imported: back }] = created as [(typeof created)[number]];
  expect(title).toBe('Harbour: a/b');
  const ids = new Map(back.files.map((file) => [file.name, file.id]));
  expect(back.blocks).toEqual(
    blocks.map((block) =>
      block.type === 'image' || block.type === 'file'
        ? { ...block, attrs: { ...block.attrs, file: ids.get(block.attrs!.name!) } }
        : block,
    ),
  );
});

test('IM13 names in UTF-8 are read where a zip file does not say so', async () => {
  const blob = await zipOf({ 'Müßig/Ebbe.md': '![[潮.png]]', 'Müßig/潮.png': 'PNG' });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  for (let at = 0; at < bytes.length - 9; at++) {
    const signature = [...bytes.subarray(at, at + 4)].join(' ');
    // The flags of an entry, and of its repetition in the list at the end.
    if (signature === '80 75 3 4') bytes[at + 7]! &= ~0x08;
    if (signature === '80 75 1 2') bytes[at + 9]! &= ~0x08;
  }
  const { created, result } = await restored(new Blob([bytes]));
  expect(created.map(({ title }) => title)).toEqual(['Müßig', 'Ebbe']);
  expect(created[1]!.imported.files[0]!.name).toBe('潮.png');
  expect(result).toMatchObject({ losses: [] });
});

test('IM14 a link to a document that could not be imported is counted', async () => {
  const blob = await zipOf({ 'A.md': '[b](B.md) [[C]]', 'B.md': 'b', 'C.md': 'c' });
  const { result } = await restored(blob, { refuse: 'B', fail: 'C' });
  expect(result).toMatchObject({
    documents: 1,
    losses: [
      { kind: 'refusedDocuments', count: 1 },
      { kind: 'unloadedDocuments', count: 1 },
      { kind: 'deadLinks', count: 2 },
    ],
  });
});

test('IM3 hostile names and texts harm nothing', async () => {
  const { created, losses } = await imported({
    '../../etc/One.md': `${'[['.repeat(50_000)}\n\n${'![['.repeat(50_000)}`,
    'a\\b\\Two.md': `![](..\\..\\secret.png) ![](javascript:alert(1)) [x](javascript:alert(1))`,
    'Three.md': `[[${'x'.repeat(5_000)}]] ![[a.png|${'9'.repeat(300)}]]`,
    'a.png': 'A',
  });
  expect(created.map(({ title }) => title)).toEqual(['a', 'b', 'Two', 'etc', 'One', 'Three']);
  const html = JSON.stringify(created.map(({ imported: { blocks } }) => blocks));
  expect(html).not.toContain('href":"javascript');
  expect(losses).toEqual([
    { kind: 'missingImages', count: 2 },
    { kind: 'loweredFiles', count: 1 },
  ]);
});
