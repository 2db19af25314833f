import { describe, expect, test } from 'vitest';
import { applyAwarenessUpdate, Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { FIRST_CLIENT, makeMessage, TEXT_ROOT } from './messages.ts';
import { typeKeys, typeLongDocument } from './typist.ts';
import { ByteReader, cursorUpdate, sized, stateVector, varuint } from './yjs-bytes.ts';

describe('bytes of Yjs', () => {
  test('messages are updates that append their text', () => {
    const doc = new Y.Doc();
    const texts = [0, 1, 2].map((number) => {
      const options = { writer: 5, number, atMs: 1, length: 40 };
      Y.applyUpdate(doc, makeMessage('yjs', options));
      return makeMessage('text', options).toString();
    });
    expect(doc.getText(TEXT_ROOT).toJSON()).toBe(texts.join(''));
    expect(Y.getState(doc.store, FIRST_CLIENT + 5)).toBe(120);
  });

  test('awareness reads a moving cursor', () => {
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    for (const clock of [1, 2])
      applyAwarenessUpdate(
        awareness,
        cursorUpdate({ client: 900, clock, cursor: `at ${clock}` }),
        '',
      );
    expect(awareness.getStates().get(900)).toEqual({ cursor: 'at 2' });
    doc.destroy();
  });

  test('Yjs reads the state vector', () => {
    const clocks = new Map([
      [1, 0],
      [70_000, 300],
    ]);
    expect(Y.decodeStateVector(stateVector(clocks))).toEqual(clocks);
  });

  test.for([0, 127, 128, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    '%i is read as it was written',
    (value) => {
      const reader = new ByteReader(Buffer.concat([varuint(value), sized(Buffer.from('ab'))]));
      expect(reader.varuint()).toBe(value);
      expect(reader.sized().toString()).toBe('ab');
    },
  );
});

describe('the typist', () => {
  test('updates of separate writers merge in any order', () => {
    const typed = [0, 1, 2].map((writer) => typeKeys(writer, { count: 50, seed: 1 }));
    const texts = [typed, typed.toReversed()].map((order) => {
      const doc = new Y.Doc();
      for (const { updates } of order) for (const update of updates) Y.applyUpdate(doc, update);
      expect(doc.store.pendingStructs).toBeNull();
      return doc.getText(TEXT_ROOT).toJSON();
    });
    expect(texts[0]).toBe(texts[1]);
    expect(typed.map(({ updates, stamps }) => [updates.length, stamps])).toEqual([
      [50, 5],
      [50, 5],
      [50, 5],
    ]);
    expect(texts[0]?.match(/@@\d{25}/g)).toHaveLength(15);
  });

  test('a long document keeps about four of ten letters', () => {
    const doc = new Y.Doc();
    const updates = typeLongDocument(0, { edits: 5_000, seed: 1 });
    for (const update of updates) Y.applyUpdate(doc, update);
    expect(updates).toHaveLength(5);
    expect(doc.getText(TEXT_ROOT).length / 5_000).toBeCloseTo(0.4, 1);
  });
});
