import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { appendBlocks, readPage } from './page.ts';
import { EVERYTHING, pageOf, seededBytes } from './testing/pages.ts';
import { validatePage } from './validation.ts';

test('a page that is written in parts is the same page', () => {
  const doc = new Y.Doc();
  for (let at = 0; at < EVERYTHING.length; at += 2)
    appendBlocks(doc, EVERYTHING.slice(at, at + 2), seededBytes(at));
  expect(readPage(doc)).toEqual(readPage(pageOf()));
  expect(validatePage(doc)).toEqual([]);
});
