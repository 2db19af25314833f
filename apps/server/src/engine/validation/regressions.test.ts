import { describe, expect, test } from 'vitest';
import { validate } from './testing/fuzz.ts';
import { readHexLines } from './testing/hex-lines.ts';
import { load, survive } from './testing/survival.ts';

// Each line: a saved document and an update that an earlier version accepted and that broke the document.
describe('updates that broke a document', () => {
  test.each(
    readHexLines('regressions.hex').map(([document, update], i) => ({
      line: i + 1,
      document: document!,
      update: update!,
    })),
  )('update of line $line', ({ document, update }) => {
    if (validate(load(document), update).kind === 'accepted')
      expect(survive(document, update).fault).toBeNull();
  });
});
