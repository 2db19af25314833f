import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryRow } from '@tandem/protocol';
import * as Y from 'yjs';
import { rowsOf, toThinned } from '../storage/history/history-chunk.ts';
import { thinChunk } from './history-thinning.ts';

const HOUR_MS = 60 * 60_000;

/** Rows of a document, each with its session of an hour. */
function recorded(doc: Y.Doc, hours: readonly number[], change: (row: number) => void) {
  const rows: HistoryRow[] = [];
  for (const [i, hour] of hours.entries()) {
    let update: Uint8Array | null = null;
    doc.once('update', (bytes: Uint8Array) => (update = bytes));
    doc.transact(() => change(i));
    if (update !== null)
      rows.push({ offset: rows.length + 1, at: hour * HOUR_MS + i, user: 'ada', update });
  }
  return rows;
}

test('HY12 thinned rows have the deletions of their own time alone', () => {
  const doc = new Y.Doc();
  const text = doc.getText('text');
  text.insert(0, 'ab'.repeat(5_000));
  for (let i = 0; i < 5_000; i++) text.delete(i, 1);
  const state = Y.encodeStateAsUpdate(doc);
  const hours = Array.from({ length: 200 }, (_, i) => i);
  const rows = recorded(doc, hours, (i) => (i % 2 === 0 ? text.insert(0, 'x') : text.delete(9, 1)));
  const before = toThinned(rows);
  const after = thinChunk(before, state, []);
  expect(state.byteLength).toBeGreaterThan(20_000);
  expect(rowsOf(after)).toHaveLength(200);
  expect(after.bytes).toBeLessThanOrEqual(before.bytes * 1.1);
});

test(
  'HY12 thinned rows lead to the same states, at whatever moments they end',
  { timeout: 30_000 },
  () => {
    const step = fc.record({
      at: fc.nat(30),
      text: fc.string({ maxLength: 4 }),
      deleted: fc.nat(4),
      hour: fc.nat(1),
    });
    const property = fc.property(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(30)),
      (steps, pinned) => {
        const doc = new Y.Doc();
        const text = doc.getText('text');
        text.insert(0, 'some text that is there');
        text.delete(3, 2);
        const state = Y.encodeStateAsUpdate(doc);
        let hour = 0;
        const rows = recorded(
          doc,
          steps.map((each) => (hour += each.hour)),
          (i) => {
            const { at, text: typed, deleted } = steps[i]!;
            const place = Math.min(at, text.length);
            text.delete(place, Math.min(deleted, text.length - place));
            text.insert(place, typed);
          },
        );
        fc.pre(rows.length > 0);
        const stateAt = (kept: readonly HistoryRow[], offset: number) => {
          const then = new Y.Doc();
          Y.applyUpdate(then, state);
          for (const row of kept) if (row.offset <= offset) Y.applyUpdate(then, row.update);
          return [then.getText('text').toString(), Y.encodeStateVector(then)];
        };
        const thinned = rowsOf(thinChunk(toThinned(rows), state, pinned));
        for (const { offset } of thinned)
          expect(stateAt(thinned, offset)).toEqual(stateAt(rows, offset));
        expect(thinned.at(-1)!.offset).toBe(rows.at(-1)!.offset);
        for (const offset of pinned)
          if (rows.some((row) => row.offset === offset))
            expect(thinned.map((row) => row.offset)).toContain(offset);
      },
    );
    fc.assert(property, { numRuns: 100 });
  },
);
