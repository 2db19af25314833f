import { expect, test } from 'vitest';
import { MarkdownFolder, normalizePath } from './markdown-folder.ts';

const HEX = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';

const treeOf = ({ documents }: MarkdownFolder): (string | null)[][] =>
  documents.map(({ title, parent }) => [
    title,
    documents.find(({ id }) => id === parent)?.title ?? null,
  ]);

test('IM13 a folder is inside the text of its name, and folders without one are documents', () => {
  const folder = new MarkdownFolder([
    'Vault/Note 10.md',
    'Vault/Note 2.md',
    'Vault/Note 2/Detail.md',
    'Vault/images/quay.png',
    'Vault/daily/2024/Monday.markdown',
    'Vault/.obsidian/app.json',
    '__MACOSX/Vault/._Note.md',
  ]);
  expect(treeOf(folder)).toEqual([
    ['Vault', null],
    ['daily', 'Vault'],
    ['2024', 'daily'],
    ['Monday', '2024'],
    ['Note 2', 'Vault'],
    ['Detail', 'Note 2'],
    ['Note 10', 'Vault'],
  ]);
  expect(folder.attachments).toEqual(['Vault/images/quay.png']);
});

test('IM13 names of Notion lose their ids, with folders that have them and that do not', () => {
  const old = new MarkdownFolder([`Log ${HEX}.md`, `Log ${HEX}/Monday ${OTHER}.md`]);
  expect(treeOf(old)).toEqual([
    ['Log', null],
    ['Monday', 'Log'],
  ]);
  const recent = new MarkdownFolder([`Log ${HEX}.md`, `Log/Monday ${OTHER}.md`, `Log/a.png`]);
  expect(treeOf(recent)).toEqual(treeOf(old));
  expect(recent.find(`Log ${HEX}.md`, `https://www.notion.so/Monday-${OTHER}?pvs=21`)).toEqual({
    kind: 'document',
    id: recent.documents[1]!.id,
  });
  expect(recent.find(`Log ${HEX}.md`, `https://notion.site.example/${OTHER}`)).toEqual({
    kind: 'elsewhere',
  });
});

test('IM14 addresses are relative, of the whole folder, or names that stand in one place', () => {
  const folder = new MarkdownFolder([
    'a/One.md',
    'a/Two words.md',
    'b/One.md',
    'b/img/quay 1.png',
    'b/img/100%.png',
    'c#.md',
  ]);
  const idOf = (path: string) => folder.documents.find((document) => document.path === path)!.id;
  const document = (path: string) => ({ kind: 'document', id: idOf(path) });
  const attachment = (path: string) => ({ kind: 'attachment', path });
  expect(folder.find('a/One.md', 'Two%20words.md#part')).toEqual(document('a/Two words.md'));
  expect(folder.find('a/One.md', '../b/One.md')).toEqual(document('b/One.md'));
  expect(folder.find('a/One.md', '/b/img/quay%201.png')).toEqual(attachment('b/img/quay 1.png'));
  expect(folder.find('a/One.md', 'IMG/quay 1.png')).toEqual(attachment('b/img/quay 1.png'));
  expect(folder.find('b/One.md', 'img/100%.png')).toEqual(attachment('b/img/100%.png'));
  expect(folder.find('a/One.md', '../c%23.md')).toEqual(document('c#.md'));
  expect(folder.findByName('a/One.md', 'one')).toEqual(document('a/One.md'));
  expect(folder.findByName('b/One.md', 'b/One')).toEqual(document('b/One.md'));
  expect(folder.findByName('a/One.md', 'quay 1.png')).toEqual(attachment('b/img/quay 1.png'));
  expect(folder.findByName('a/One.md', '')).toEqual({ kind: 'here' });
  expect(folder.findByName('a/One.md', 'Three')).toEqual({ kind: 'nothing' });
  expect(folder.find('a/One.md', '../../../etc/passwd')).toEqual({ kind: 'nothing' });
  expect(folder.find('a/One.md', 'mailto:a@b.example')).toEqual({ kind: 'elsewhere' });
  expect(folder.find('a/One.md', '//b.example/One.md')).toEqual({ kind: 'elsewhere' });
});

test('IM3 paths lead nowhere but into the zip file, and nesting ends at a limit', () => {
  expect(normalizePath('..\\..//./etc/a\u0301.md')).toBe('etc/\u00e1.md');
  const deep = (count: number) => new MarkdownFolder([`${'a/'.repeat(count)}b.md`]);
  const tree = treeOf(deep(60));
  expect(tree).toHaveLength(21);
  expect(tree.at(-1)).toEqual(['b', 'a']);
  expect(() => deep(200)).toThrow('too-deep');
  const many = Array.from({ length: 5_001 }, (_, index) => `${index}.md`);
  expect(() => new MarkdownFolder(many)).toThrow('too-large');
});
