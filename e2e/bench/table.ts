/**
 * Renders a scenario's rows as a table. Ratios are relative to the first target: above 1, Tandem
 * needs less.
 */
import type { Row, Section } from './result.ts';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

export function toTable({ operation, rows }: Section): Table {
  const reference = rows.find(({ target }) => target === 'tandem');
  const timed = namesOf(rows, ({ percentiles }) => percentiles);
  const figures = namesOf(rows, (row) => row.figures);
  const hasWritten = rows.some((row) => row.writtenBytesPerOperation > 0);
  const withBytes = rows.some(({ bytesPerPerson }) => bytesPerPerson !== null);
  return {
    head: [
      '',
      'CPU, ×',
      `CPU µs/${operation}`,
      'per core second',
      ...(withBytes ? ['bytes, ×', 'KB/person'] : []),
      ...(hasWritten ? [`B written/${operation}`] : []),
      ...timed.map((name) => `${name}, p50 / p95 / p99 ms`),
      ...figures,
    ],
    rows: rows.map((row) => [
      row.target,
      ratio(row.cpuUsPerOperation, reference?.cpuUsPerOperation),
      number(row.cpuUsPerOperation),
      number(row.operationsPerCoreSecond),
      ...(withBytes
        ? [
            ratio(row.bytesPerPerson, reference?.bytesPerPerson),
            number((row.bytesPerPerson ?? Number.NaN) / 1024),
          ]
        : []),
      ...(hasWritten ? [number(row.writtenBytesPerOperation)] : []),
      ...timed.map((name) => {
        const of = row.percentiles[name];
        return of === undefined || of.count === 0
          ? '–'
          : [of.p50, of.p95, of.p99].map(number).join(' / ');
      }),
      ...figures.map((name) => number(row.figures[name] ?? Number.NaN)),
    ]),
    notes: rows.flatMap(({ target, faults }) =>
      Object.entries(faults).map(([reason, count]) => `${target}: ${reason} (${count} ×)`),
    ),
  };
}

/** Threads of the first target that took a measurable share. */
export function printThreads({ operation, rows }: Section): string {
  const threads = rows[0]?.threads ?? [];
  return threads
    .filter((row) => row.cpuUsPerOperation >= 0.05 || row.wakeUpsPerOperation >= 0.05)
    .map(
      (row) =>
        `  thread ${row.thread}: ${number(row.cpuUsPerOperation)} µs, ${number(row.wakeUpsPerOperation)} wake-ups/${operation}\n`,
    )
    .join('');
}

export function printTable(section: Section): string {
  const { head, rows, notes } = toTable(section);
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  const print = (line: readonly string[]) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return ['', `${section.name}: ${section.what}`, ...lines.map(print), ...notes, ''].join('\n');
}

function ratio(value: number | null, reference: number | null | undefined): string {
  if (value === null || reference === null || reference === undefined) return '–';
  const times = value / reference;
  return Number.isFinite(times) ? `${times.toFixed(times < 10 ? 2 : 1)}` : '–';
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', {
    maximumFractionDigits: Math.min(digits, 3),
    minimumFractionDigits: 0,
  });
}

function namesOf(rows: readonly Row[], of: (row: Row) => object): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(of(row))))];
}
