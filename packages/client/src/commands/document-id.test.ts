import { documentId } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { newDocumentId } from './document-id.ts';

test('names are what the wire takes, and no two are the same', () => {
  const ids = Array.from({ length: 1_000 }, newDocumentId);
  for (const id of ids) expect(documentId.min(20).safeParse(id).success).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
