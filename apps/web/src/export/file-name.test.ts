import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileStem, uniqueFileName } from './file-name.ts';

test.each([
  ['Tide log', 'Tide log'],
  ['  Ebbe & Flut: 2026/11  ', 'Ebbe & Flut 2026 11'],
  ['../../etc/passwd', 'etc passwd'],
  ['潮汐表', '潮汐表'],
  ['جدول المد', 'جدول المد'],
  ['exe.\u202Egnp', 'exe.gnp'],
  ['con', 'con_'],
  ['con .txt', 'con_ .txt'],
  ['COM¹', 'COM¹_'],
  ['lpt².log', 'lpt²_.log'],
  ['CONIN$', 'CONIN$_'],
  ['conout$.md', 'conout$_.md'],
  ['Console', 'Console'],
  [`${'a'.repeat(98)}. tail`, 'a'.repeat(98)],
  ['', 'Untitled'],
  ['...', 'Untitled'],
  ['a\u0000b\nc', 'a b c'],
])('EX2 %j becomes %j', (title, stem) => {
  expect(fileStem(title, 'Untitled')).toBe(stem);
});

test('EX2 names are unique, whatever their case', () => {
  const taken = new Set<string>();
  expect(['Log', 'log', 'Log'].map((title) => fileStem(title, 'Untitled', taken))).toEqual([
    'Log',
    'log (2)',
    'Log (3)',
  ]);
  expect(uniqueFileName('a/b.png', taken)).toBe('b.png');
  expect(uniqueFileName('B.png', taken)).toBe('B (2).png');
});

test('EX2 letters with two forms in lower case are the same', () => {
  const taken = new Set<string>();
  const stems = ['ΟΔΟΣ', 'οδος', 'οδοσ', 'straße', 'STRASSE'].map((title) =>
    fileStem(title, 'Untitled', taken),
  );
  expect(stems).toEqual(['ΟΔΟΣ', 'οδος (2)', 'οδοσ (3)', 'straße', 'STRASSE (2)']);
});

test('EX2 a name and the folder beside it are unique together', () => {
  const taken = new Set<string>();
  const stems = ['README', 'README.md', 'a.md', 'A'].map((title) =>
    fileStem(title, 'Untitled', taken, ['', '.md']),
  );
  expect(stems).toEqual(['README', 'README.md (2)', 'a.md', 'A (2)']);
});

/** Any letters, and often those that names may not have everywhere. */
const anyTitle = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
      fc.constantFrom('a', '/', '\\', ':', '.', ' ', '\n'),
    ),
    {
      maxLength: 400,
    },
  )
  .map((letters) => letters.join(''));

test('EX2 any title is a name that systems can store', () => {
  fc.assert(
    fc.property(anyTitle, (title) => {
      const stem = fileStem(title, 'Untitled');
      expect(stem).not.toBe('');
      for (const sign of '/\\:\u0000\n') expect(stem).not.toContain(sign);
      expect(stem).not.toMatch(/^[.\s]|[.\s]$/u);
      expect(new TextEncoder().encode(stem).length).toBeLessThanOrEqual(100);
    }),
    { seed: 1 },
  );
});
