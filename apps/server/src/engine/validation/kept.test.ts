import { describe, expect, test } from 'vitest';
import { ask } from './testing/fuzz.ts';
import { readHexLines } from './testing/hex-lines.ts';
import { load, survive } from './testing/survival.ts';

// Each line: a saved document, and an update that once got through and broke it.
describe('updates that broke a document once', () => {
  test.each(
    readHexLines('kept.hex').map(([document, update], i) => ({
      line: i + 1,
      document: document!,
      update: update!,
    })),
  )('kept update $line', ({ document, update }) => {
    if (ask(load(document), update).kind === 'admitted')
      expect(survive(document, update).fault).toBeNull();
  });
});
