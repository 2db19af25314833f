import { describe, expect, test } from 'vitest';
import { toRow } from './result.ts';
import { median, total, worst, type Outcome } from './scenario.ts';
import { toTable } from './table.ts';

const outcome = (change: Partial<Outcome>): Outcome => ({
  operations: 100,
  cpuUs: 1_000,
  writtenBytes: 0,
  threads: [],
  samples: {},
  figures: {},
  faults: new Map(),
  ...change,
});

describe('rows', () => {
  test('percentiles are of the samples of all rounds, not of percentiles', () => {
    const { percentiles } = toRow('tandem', [
      outcome({ samples: { delivery: Float32Array.from({ length: 99 }, () => 1) } }),
      outcome({ samples: { delivery: Float32Array.of(100) } }),
    ]);
    expect(percentiles['delivery']).toEqual({ p50: 1, p95: 1, p99: 100, count: 100 });
  });

  test('processor time is divided by the work of all rounds', () => {
    const row = toRow('tandem', [outcome({}), outcome({ operations: 300, cpuUs: 1_000 })]);
    expect(row.cpuUsPerOperation).toBe(5);
    expect(row.operationsPerCoreSecond).toBe(200_000);
  });

  test('figures are merged by their own rule, and faults are summed', () => {
    const figures = (value: number) => ({
      sum: total(value),
      middle: median(value),
      bad: worst(value),
    });
    const row = toRow(
      'tandem',
      [1, 9, 2].map((value) =>
        outcome({ figures: figures(value), faults: new Map([['gone', value]]) }),
      ),
    );
    expect(row.figures).toEqual({ sum: 12, middle: 2, bad: 9 });
    expect(row.faults).toEqual({ gone: 12 });
  });
});

describe('tables', () => {
  test('ratios are against Tandem', () => {
    const rows = [
      toRow('tandem', [outcome({ bytesPerPerson: 2_048 })]),
      toRow('ws-relay', [
        outcome({ cpuUs: 2_500, bytesPerPerson: 1_024, faults: new Map([['cut', 2]]) }),
      ]),
    ];
    const table = toTable({ name: 'a', what: 'b', operation: 'delivery', rows });
    expect(table.rows.map((row) => row.slice(0, 6))).toEqual([
      ['tandem', '1.00', '10', '100,000', '1.00', '2'],
      ['ws-relay', '2.50', '25', '40,000', '0.50', '1'],
    ]);
    expect(table.notes).toEqual(['ws-relay: cut (2 ×)']);
  });

  test('unknown use is a dash, in any of the rounds', () => {
    const unknown = outcome({ cpuUs: Number.NaN, writtenBytes: Number.NaN });
    const rows = [
      toRow('tandem', [outcome({ writtenBytes: 500 })]),
      toRow('y-websocket', [outcome({}), unknown]),
    ];
    expect(toTable({ name: 'a', what: 'b', operation: 'delivery', rows }).rows).toEqual([
      ['tandem', '1.00', '10', '100,000', '5'],
      ['y-websocket', '–', '–', '–', '–'],
    ]);
  });
});
