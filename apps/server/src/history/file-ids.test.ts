import { pageRoots, writePage } from '@tandem/document';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { takeFileIds } from './file-ids.ts';

const NAMES = ['', 'x', '01JD9X6Z7S8K3Q2M5N4P6R0001', 'ABCDEFGHJKMNPQRSTVWXYZ'];

test.each(NAMES)('FS7 the ids in blocks and in attributes are found beside "%s"', (name) => {
  const [image, file, replaced, absent] = [ulid(), ulid(), ulid(), ulid()];
  const doc = new Y.Doc();
  writePage(
    doc,
    [
      { type: 'textBlock', content: name === '' ? [] : [{ type: 'text', text: name }] },
      { type: 'image', attrs: { file: image, name, alt: name } },
      { type: 'file', attrs: { file, name } },
    ],
    (count) => new Uint8Array(count),
  );
  pageRoots(doc).attributes.set(`${ulid()}:file`, replaced);
  const sought = new Set([image, file, replaced, absent]);
  const found = takeFileIds(Y.encodeStateAsUpdate(doc), sought);
  expect(found.toSorted()).toEqual([image, file, replaced].toSorted());
  expect([...sought]).toEqual([absent]);
});

test('FS7 a search takes the time of its bytes, and not of the files that are sought', () => {
  const sought = new Set(Array.from({ length: 2_000 }, () => ulid()));
  const update = new Uint8Array(4_194_304).fill(0x41);
  const beganMs = performance.now();
  expect(takeFileIds(update, sought)).toEqual([]);
  expect(performance.now() - beganMs).toBeLessThan(1_000);
});
