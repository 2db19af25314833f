import { expect, test } from 'vitest';
import type { ImportResult } from './imported.ts';
import { Importer } from './importer.ts';
import { IMPORT_LIMITS } from './limits.ts';

const imported = {
  kind: 'imported',
  imported: { title: null, blocks: [], files: [], losses: [{ kind: 'tables', count: 2 }] },
} satisfies ImportResult;

function fixture() {
  const conversions: { name: string; end: (result: ImportResult) => void }[] = [];
  const created: string[] = [];
  const importer = new Importer({
    now: () => 1_000_000,
    reading: {
      openArchive: () => Promise.resolve({ kind: 'refused', reason: 'no-documents' }),
      readDocument: () => Promise.reject(new Error('no archive')),
      convert: ({ name }, signal) =>
        new Promise((resolve) => {
          conversions.push({ name, end: resolve });
          signal.addEventListener('abort', () =>
            resolve({ kind: 'refused', reason: 'unreadable' }),
          );
        }),
    },
    create: ({ title, parent }) => {
      created.push(`${parent}/${title}`);
      return title === 'broken'
        ? Promise.reject(new Error('unforeseen'))
        : Promise.resolve({
            kind: 'created',
            document: `id of ${title}`,
            losses: [{ kind: 'refusedFiles', count: 1 }],
          });
    },
  });
  const states = () => importer.items.get().map(({ name, state }) => `${name} ${state.kind}`);
  return { importer, conversions, created, states };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const file = (name: string, size = 1) => new File(['x'.repeat(size)], name);

test('IM5 files become documents one after the other, with a report about each', async () => {
  const { importer, conversions, created, states } = fixture();
  importer.add([file('a_b.md'), file('c.exe')], 'inside');
  expect(states()).toEqual(['a_b.md reading', 'c.exe waiting']);
  conversions[0]!.end(imported);
  await settled();
  conversions[1]!.end({ kind: 'refused', reason: 'unknown-type' });
  await settled();
  expect(states()).toEqual(['a_b.md done', 'c.exe refused']);
  expect(created).toEqual(['inside/a b']);
  expect(importer.items.get()[0]!.state).toMatchObject({
    document: 'id of a b',
    losses: [
      { kind: 'tables', count: 2 },
      { kind: 'refusedFiles', count: 1 },
    ],
  });
  expect(importer.isRunning).toBe(false);
});

test('IM5 an error that nobody has foreseen ends one file', async () => {
  const { importer, conversions, states } = fixture();
  importer.add([file('broken.md'), file('b.md')], null);
  conversions[0]!.end(imported);
  await settled();
  conversions[1]!.end(imported);
  await settled();
  expect(states()).toEqual(['broken.md failed', 'b.md done']);
  expect(importer.isRunning).toBe(false);
});

test('IM5 a file above the number of one import is refused by its name', () => {
  const { importer, states } = fixture();
  const names = Array.from({ length: IMPORT_LIMITS.maxFiles + 2 }, (_, index) => `${index}.md`);
  importer.add(
    names.map((name) => file(name)),
    null,
  );
  expect(states()).toHaveLength(names.length);
  expect(states().slice(-2)).toEqual(['500.md refused', '501.md refused']);
});

test('IM8 a title that is cut is counted', async () => {
  const { importer, conversions } = fixture();
  importer.add([file(`${'x'.repeat(201)}.md`)], null);
  conversions[0]!.end({ ...imported, imported: { ...imported.imported, losses: [] } });
  await settled();
  expect(importer.items.get()[0]!.state).toMatchObject({
    losses: expect.arrayContaining([{ kind: 'title', count: 1 }]),
  });
});

test('IM10 the rest can be cancelled; what is there stays, and more can follow', async () => {
  const { importer, conversions, created, states } = fixture();
  importer.add([file('a.md'), file('b.md'), file('c.md')], null);
  conversions[0]!.end(imported);
  await settled();
  importer.cancel();
  await settled();
  expect(states()).toEqual(['a.md done', 'b.md cancelled', 'c.md cancelled']);
  importer.add([file('d.md')], null);
  conversions.at(-1)!.end(imported);
  await settled();
  expect(states().at(-1)).toBe('d.md done');
  expect(created).toEqual(['null/a', 'null/d']);
});

test('IM3 what is too large is not read', async () => {
  const { importer, conversions, states } = fixture();
  const large = file('a.md');
  Object.defineProperty(large, 'size', { value: IMPORT_LIMITS.maxFileBytes + 1 });
  importer.add([large], null);
  await settled();
  expect(states()).toEqual(['a.md refused']);
  expect(conversions).toEqual([]);
});
