import { expect, it } from 'vitest';
import { librarySearch } from './http.ts';
import { MAX_REQUESTED_DOCUMENT_LENGTH, MAX_SEARCH_LENGTH } from './limits.ts';
import { requestedDocument } from './messages/field.ts';

it.each([
  ['a search of the list', librarySearch, MAX_SEARCH_LENGTH],
  ['the name of a document that is asked for', requestedDocument, MAX_REQUESTED_DOCUMENT_LENGTH],
])('%s has a length', (_, schema, maxLength) => {
  expect(schema.safeParse('x'.repeat(maxLength)).success).toBe(true);
  expect(schema.safeParse('x'.repeat(maxLength + 1)).success).toBe(false);
});
