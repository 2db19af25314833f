import { expect, test } from 'vitest';

import { fileExtension, formatBytes } from './file-words.ts';

test.each([
  ['plan.PDF', 'pdf'],
  ['archive.tar.gz', 'gz'],
  ['.profile', ''],
  ['README', ''],
  ['a sentence. With more words', ''],
  ['name.extension', ''],
])('the extension of %s is "%s"', (name, extension) => {
  expect(fileExtension(name)).toBe(extension);
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_234, '1.2 kB'],
  [12_345_678, '12 MB'],
  [5_000_000_000_000_000, '5,000 TB'],
])('%i bytes are read as %s', (bytes, words) => {
  expect(formatBytes(bytes, 'en')).toBe(words);
});
