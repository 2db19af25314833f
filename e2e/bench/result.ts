/** The result of a bench run: for each scenario one row per target, combined from all rounds. */
import { Samples } from '../load/percentiles.ts';
import type { Target } from './targets.ts';
import type { Figure, Outcome } from './scenario.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly count: number;
}

export interface Row {
  readonly target: string;
  readonly rounds: number;
  readonly cpuUsPerOperation: number;
  readonly operationsPerCoreSecond: number;
  readonly writtenBytesPerOperation: number;
  readonly threads: readonly ThreadRow[];
  readonly bytesPerPerson: number | null;
  readonly percentiles: Readonly<Record<string, Percentiles>>;
  readonly figures: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
}

/** A thread of the server, by the order of its start: most of them have no name. */
export interface ThreadRow {
  readonly thread: string;
  readonly cpuUsPerOperation: number;
  readonly wakeUpsPerOperation: number;
}

export interface Section {
  readonly name: string;
  readonly what: string;
  readonly operation: string;
  readonly rows: readonly Row[];
}

export interface Report {
  readonly at: string;
  readonly machine: string;
  readonly length: 'quick' | 'full';
  readonly scale: number;
  readonly targets: readonly Pick<Target, 'name' | 'title' | 'settings'>[];
  readonly sections: readonly Section[];
}

export function toRow(target: string, outcomes: readonly Outcome[]): Row {
  const cpuUs = sum(outcomes.map((outcome) => outcome.cpuUs));
  const operations = sum(outcomes.map((outcome) => outcome.operations));
  const bytes = outcomes.flatMap(({ bytesPerPerson }) => bytesPerPerson ?? []);
  const faults = new Map<string, number>();
  for (const [reason, count] of outcomes.flatMap((outcome) => [...outcome.faults]))
    faults.set(reason, (faults.get(reason) ?? 0) + count);
  return {
    target,
    rounds: outcomes.length,
    cpuUsPerOperation: cpuUs / operations,
    operationsPerCoreSecond: (operations / cpuUs) * 1e6,
    writtenBytesPerOperation: sum(outcomes.map((outcome) => outcome.writtenBytes)) / operations,
    threads: threadRows(outcomes, operations),
    bytesPerPerson: bytes.length === 0 ? null : medianOf(bytes),
    percentiles: Object.fromEntries(
      keysOf(outcomes.map(({ samples }) => samples)).map((name) => [
        name,
        percentilesOf(outcomes.flatMap(({ samples }) => samples[name] ?? [])),
      ]),
    ),
    figures: Object.fromEntries(
      keysOf(outcomes.map(({ figures }) => figures)).map((name) => [
        name,
        merge(outcomes.flatMap(({ figures }) => figures[name] ?? [])),
      ]),
    ),
    faults: Object.fromEntries(faults),
  };
}

function threadRows(outcomes: readonly Outcome[], operations: number): ThreadRow[] {
  const most = Math.max(0, ...outcomes.map(({ threads }) => threads.length));
  return Array.from({ length: most }, (_, index) => {
    const threads = outcomes.flatMap((outcome) => outcome.threads[index] ?? []);
    return {
      thread: `${index} ${threads[0]?.name ?? ''}`.trim(),
      cpuUsPerOperation: sum(threads.map(({ cpuUs }) => cpuUs)) / operations,
      wakeUpsPerOperation: sum(threads.map(({ wakeUps }) => wakeUps)) / operations,
    };
  });
}

function merge(figures: readonly Figure[]): number {
  const values = figures.map(({ value }) => value);
  switch (figures[0]?.over) {
    case 'sum':
      return sum(values);
    case 'worst':
      return Math.max(...values);
    case 'median':
    case undefined:
      return medianOf(values);
  }
}

function percentilesOf(series: readonly Float32Array[]): Percentiles {
  const samples = new Samples();
  for (const values of series) samples.addAll(values);
  return {
    p50: samples.percentile(0.5),
    p95: samples.percentile(0.95),
    p99: samples.percentile(0.99),
    count: samples.count,
  };
}

function medianOf(values: readonly number[]): number {
  const samples = new Samples();
  samples.addAll(values);
  return samples.percentile(0.5);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function keysOf(records: readonly object[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}
