import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { beatUpdate } from './probe-pair.ts';

test('has a document that does not grow, over restarts too', () => {
  let snapshot = Y.encodeStateAsUpdate(new Y.Doc());
  let after = 0;
  for (let restart = 0; restart < 20; restart++) {
    const copy = new Y.Doc();
    const stored = new Y.Doc();
    for (const doc of [copy, stored]) Y.applyUpdate(doc, snapshot);
    for (let beat = 0; beat < 500; beat++) Y.applyUpdate(stored, beatUpdate(copy, beat));
    expect(stored.getMap('self-probe').get('beat')).toBe(499);
    snapshot = Y.encodeStateAsUpdate(stored);
    if (restart === 0) after = snapshot.byteLength;
  }
  expect(after).toBeLessThan(64);
  // Varints that grow by a byte or two.
  expect(snapshot.byteLength - after).toBeLessThan(8);
});
