/**
 * Measurements of a group of clients. Samples are raw milliseconds, so that those of several processes can be
 * merged.
 */

export interface GroupReport {
  readonly written: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly late: number;
  readonly opened: Float32Array;
  readonly latencies: Float32Array;
  readonly answers: Float32Array;
  /** From the start of a reconnect to the receipt of messages written before it. */
  readonly replays: Float32Array;
  readonly cursorsSent: number;
  /** The ages of the cursors that arrived at those who read them. */
  readonly cursors: Float32Array;
  readonly faults: ReadonlyMap<string, number>;
}

const FIRST_SIZE = 1_024;

class Series {
  #values = new Float32Array(FIRST_SIZE);
  #count = 0;

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  get values(): Float32Array {
    return this.#values.slice(0, this.#count);
  }
}

export class Totals {
  written = 0;
  delivered = 0;
  duplicates = 0;
  late = 0;
  cursorsSent = 0;
  readonly opened = new Series();
  readonly latencies = new Series();
  readonly answers = new Series();
  readonly replays = new Series();
  readonly cursors = new Series();
  readonly #faults = new Map<string, number>();

  clear(): void {
    this.written = 0;
    this.delivered = 0;
    this.duplicates = 0;
    this.late = 0;
    this.cursorsSent = 0;
    const { opened, latencies, answers, replays, cursors } = this;
    for (const series of [opened, latencies, answers, replays, cursors]) series.clear();
  }

  addFault(reason: string): void {
    this.#faults.set(reason, (this.#faults.get(reason) ?? 0) + 1);
  }

  report(): GroupReport {
    const { written, delivered, duplicates, late, cursorsSent } = this;
    return {
      written,
      delivered,
      duplicates,
      late,
      opened: this.opened.values,
      latencies: this.latencies.values,
      answers: this.answers.values,
      replays: this.replays.values,
      cursorsSent,
      cursors: this.cursors.values,
      faults: this.#faults,
    };
  }
}

export function mergeReports(reports: readonly GroupReport[]): GroupReport {
  const sum = (of: (report: GroupReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const all = (of: (report: GroupReport) => Float32Array) => concatenate(reports.map(of));
  const faults = new Map<string, number>();
  for (const report of reports)
    for (const [reason, count] of report.faults)
      faults.set(reason, (faults.get(reason) ?? 0) + count);
  return {
    written: sum(({ written }) => written),
    delivered: sum(({ delivered }) => delivered),
    duplicates: sum(({ duplicates }) => duplicates),
    late: sum(({ late }) => late),
    opened: all(({ opened }) => opened),
    latencies: all(({ latencies }) => latencies),
    answers: all(({ answers }) => answers),
    replays: all(({ replays }) => replays),
    cursorsSent: sum(({ cursorsSent }) => cursorsSent),
    cursors: all(({ cursors }) => cursors),
    faults,
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
