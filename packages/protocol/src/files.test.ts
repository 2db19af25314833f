import { expect, test } from 'vitest';
import { filePath, MAX_FILE_NAME_LENGTH, toFileName } from './files.ts';

test.each([
  ['plan.pdf', 'plan.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\ada\\plan.pdf', 'plan.pdf'],
  ['a\nb/c\r\nd.png', 'c d.png'],
  ['\u202egnp.exe', 'gnp.exe'],
  ['nul\0l.txt', 'nul\ufffdl.txt'],
  ['', 'file'],
  ['..', 'file'],
  ['folder/', 'file'],
  ['\u200b', 'file'],
  ['計画.pdf', '計画.pdf'],
])('FI2 the name %j is stored as %j', (given, stored) => {
  expect(toFileName(given)).toBe(stored);
});

test('FI2 a long name is cut', () => {
  expect(toFileName('x'.repeat(1_000))).toHaveLength(MAX_FILE_NAME_LENGTH);
  const cut = toFileName(`${'x'.repeat(1_000)}.tar.gz`);
  expect([cut.length, cut.slice(-4)]).toEqual([MAX_FILE_NAME_LENGTH, 'x.gz']);
});

test('an address names the document and the file', () => {
  expect(filePath('plan', '01JD9X6Z7S8K3Q2M5N4P6R0000')).toBe(
    '/api/documents/plan/files/01JD9X6Z7S8K3Q2M5N4P6R0000',
  );
});
