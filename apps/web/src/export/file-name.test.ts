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

test('EX2 any title is a name that systems can store', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (title) => {
      const stem = fileStem(title, 'Untitled');
      expect(stem).not.toBe('');
      for (const sign of '/\\:\u0000\n') expect(stem).not.toContain(sign);
      expect(stem.startsWith('.')).toBe(false);
      expect(new TextEncoder().encode(stem).length).toBeLessThanOrEqual(202);
    }),
    { seed: 1 },
  );
});
