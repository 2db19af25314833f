import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { unplacedText } from './unplaced-text.ts';

test('what builds on missing text is still there to be read', () => {
  const writer = new Y.Doc();
  const updates: Uint8Array[] = [];
  writer.on('update', (update: Uint8Array) => updates.push(update));
  writer.getText('t').insert(0, 'known ');
  writer.getText('t').insert(6, 'lost ');
  writer.getText('t').insert(11, 'found');
  const copy = new Y.Doc();
  expect(unplacedText(copy)).toBe('');
  for (const update of [updates[0]!, updates[2]!]) Y.applyUpdate(copy, update);
  expect(copy.getText('t').toJSON()).toBe('known ');
  expect(unplacedText(copy)).toBe('found');
});
