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
  const replica = new Y.Doc();
  expect(unplacedText(replica)).toBe('');
  for (const update of [updates[0]!, updates[2]!]) Y.applyUpdate(replica, update);
  expect(replica.getText('t').toJSON()).toBe('known ');
  expect(unplacedText(replica)).toBe('found');
});
