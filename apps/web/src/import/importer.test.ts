import { expect, test } from 'vitest';
import type { ImportResult } from './imported.ts';
import { Importer } from './importer.ts';
import { IMPORT_LIMITS } from './limits.ts';

const imported: ImportResult = {
  kind: 'imported',
  imported: { title: null, blocks: [], files: [], losses: [{ kind: 'tables', count: 2 }] },
};

function fixture() {
  const conversions: { name: string; end: (result: ImportResult) => void }[] = [];
  const created: string[] = [];
  const importer = new Importer({
    now: () => 1_000_000,
    reading: {
      openWorkspace: () => Promise.resolve({ kind: 'refused', reason: 'no-workspace' }),
      readDocument: () => Promise.reject(new Error('no workspace')),
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
      return Promise.resolve({ kind: 'created', document: `id of ${title}` });
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
    losses: [{ kind: 'tables', count: 2 }],
  });
  expect(importer.isRunning).toBe(false);
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
