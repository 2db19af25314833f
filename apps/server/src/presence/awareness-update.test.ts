import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { MAX_AWARENESS_BYTES } from '@tandem/protocol';
import {
  EMPTY_AWARENESS,
  readAwareness,
  writeAwareness,
  writeAwarenessInPieces,
} from './awareness-update.ts';

function entry({ client = 1, clock = 1, state = '{}', count = 1 }): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, count);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, state);
  return encoding.toUint8Array(encoder);
}

const reason = (update: Uint8Array) => {
  const reading = readAwareness(update);
  return reading.kind === 'invalid' ? reading.reason : 'ok';
};

describe('awareness update', () => {
  test('reads what y-protocols writes and writes what it reads', () => {
    const awareness = new Awareness(new Y.Doc());
    awareness.setLocalState({ cursor: { anchor: [1, 2] }, name: 'Ä"\\[' });
    const update = encodeAwarenessUpdate(awareness, [awareness.clientID]);
    const reading = readAwareness(update);
    expect(reading.kind).toBe('ok');
    if (reading.kind !== 'ok') return;
    expect(writeAwareness(reading.entries)).toEqual(update);
    const other = new Awareness(new Y.Doc());
    applyAwarenessUpdate(other, writeAwareness(reading.entries), 'test');
    expect(other.getStates().get(awareness.clientID)).toEqual(awareness.getLocalState());
    awareness.destroy();
    other.destroy();
  });

  test('knows a client that left', () => {
    expect(readAwareness(entry({ state: 'null' }))).toEqual({
      kind: 'ok',
      entries: [{ client: 1, clock: 1, state: null }],
    });
  });

  test('accepts the message without entries', () => {
    expect(readAwareness(EMPTY_AWARENESS)).toEqual({ kind: 'ok', entries: [] });
  });

  test('accepts each limit and refuses one more', () => {
    const nested = (depth: number) => '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1);
    const long = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - 8) });
    expect(reason(entry({ state: nested(16) }))).toBe('ok');
    expect(reason(entry({ state: nested(17) }))).toBe('awareness state too deep');
    expect(reason(entry({ state: long(4_096) }))).toBe('ok');
    expect(reason(entry({ state: long(4_097) }))).toBe('awareness state too large');
    expect(reason(entry({ clock: 2 ** 31 }))).toBe('ok');
    expect(reason(entry({ clock: 2 ** 31 + 1 }))).toBe('awareness clock out of range');
    expect(reason(entry({ client: 2 ** 32 - 1 }))).toBe('ok');
    expect(reason(entry({ client: 2 ** 32 }))).toBe('awareness client id out of range');
    expect(reason(new Uint8Array(MAX_AWARENESS_BYTES + 1))).toBe('awareness too large');
  });

  test('refuses what is not an update', () => {
    expect(reason(entry({ state: '[]' }))).toBe('awareness state is not an object');
    expect(reason(entry({ state: '7' }))).toBe('awareness state is not an object');
    expect(reason(entry({ state: '{' }))).toBe('awareness does not decode');
    expect(reason(entry({ count: 1_000_000 }))).toBe('more awareness entries than bytes');
    expect(reason(entry({ count: 2, state: '{"a":"bcd"}' }))).toBe('awareness does not decode');
    expect(reason(Uint8Array.of(...entry({}), 0))).toBe('bytes after the awareness entries');
    expect(reason(new Uint8Array())).toBe('awareness does not decode');
  });

  test('writes a crowd in pieces that each may be sent', () => {
    const entries = Array.from({ length: 50 }, (_, client) => ({
      client,
      clock: 2 ** 40,
      state: JSON.stringify({ a: 'ä'.repeat(1_900) }),
    }));
    const pieces = writeAwarenessInPieces(entries);
    expect(pieces.length).toBeGreaterThan(10);
    for (const piece of pieces) expect(piece.byteLength).toBeLessThanOrEqual(MAX_AWARENESS_BYTES);
    const small = entries.map((entry) => ({ ...entry, clock: 1 }));
    const read = writeAwarenessInPieces(small).flatMap((piece) => {
      const reading = readAwareness(piece);
      return reading.kind === 'ok' ? reading.entries : [];
    });
    expect(read).toEqual(small);
    expect(writeAwarenessInPieces([])).toEqual([]);
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['ok', 'invalid']).toContain(readAwareness(bytes).kind);
      }),
      { numRuns: 2_000, seed: 11 },
    );
  });
});
