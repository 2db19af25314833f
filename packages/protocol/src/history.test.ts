import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHistoryRows, encodeHistoryRows } from './history.ts';

const row = fc.record({
  step: fc.integer({ min: 1, max: 1_000_000 }),
  at: fc.integer({ min: 0, max: 2 ** 45 }),
  user: fc.constantFrom('', 'ada', 'grace', 'Zoë'),
  update: fc.uint8Array({ maxLength: 40 }),
});

test('rows come back as they were, also with joined ones between them and a clock that went back', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (steps) => {
      let offset = 0;
      const rows = steps.map(({ step, ...rest }) => ({ offset: (offset += step), ...rest }));
      expect(decodeHistoryRows(encodeHistoryRows(rows))).toEqual(rows);
    }),
    { seed: 29 },
  );
});

test('bytes that are no rows throw', () => {
  expect(() => decodeHistoryRows(Uint8Array.of(255, 255, 255, 127))).toThrow();
  expect(() => decodeHistoryRows(Uint8Array.of())).toThrow();
});
