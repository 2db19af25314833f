import type { RunResult } from './run-fault.ts';

/** A table in Markdown, with a row for each fault. */
export function toTable(results: ReadonlyMap<string, readonly RunResult[]>): string {
  const lines = [
    '| Fault | Runs | Acknowledged | Lost | Twice | Other | Slowest healing, ms | Longest pause, ms |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const [name, runs] of results) {
    const sum = (count: (run: RunResult) => number) =>
      runs.reduce((total, run) => total + count(run), 0);
    const cells = [
      name,
      runs.length,
      sum(({ findings }) => findings.acknowledged),
      sum(({ findings }) => findings.lost.length),
      sum(({ findings }) => findings.twice.length),
      sum(({ findings }) => findings.problems.length),
      Math.max(...runs.map(({ healedMs }) => healedMs)),
      Math.max(...runs.map(({ pauseMs }) => pauseMs)),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}
