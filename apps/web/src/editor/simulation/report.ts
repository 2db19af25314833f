import { afterAll, expect } from 'vitest';
import type { Outcome } from './simulation.ts';

export function createScore(
  title: string,
): (actual: () => string, right: readonly string[]) => void {
  let rows = 0;
  let correct = 0;
  afterAll(() => {
    if (correct < rows) console.log(`${title}: right ${correct} of ${rows}`);
  });
  return (actual, right) => {
    rows++;
    const outcome = actual();
    if (!right.includes(outcome)) expect(outcome).toBe(right.join('\n or '));
    correct++;
  };
}

export class Totals {
  readonly #outcomes: Outcome[] = [];

  add(outcome: Outcome): void {
    this.#outcomes.push(outcome);
  }

  /** A line such as `mild: 50 seeds, 14021 characters, lost 3 in 2 seeds, …`. */
  line(title: string): string {
    const ended = this.#outcomes.filter(({ crashed }) => !crashed);
    const sum = (count: (outcome: Outcome) => number, outcomes = ended): string => {
      const counts = outcomes.map(count).filter((n) => n > 0);
      return `${counts.reduce((a, b) => a + b, 0)} in ${counts.length} seeds`;
    };
    return [
      `${title}: ${this.#outcomes.length} seeds`,
      `${ended.reduce((characters, outcome) => characters + outcome.characters, 0)} characters`,
      `lost ${sum(({ lost }) => lost.length)}`,
      `doubled ${sum(({ doubled }) => doubled.length)}`,
      `misplaced ${sum(({ misplaced }) => misplaced.length)}`,
      `revived ${sum(({ revived }) => revived.length)}`,
      `rewritten ${sum(({ rewritten }) => rewritten.length)}`,
      `diverged ${ended.filter(({ diverged }) => diverged).length}`,
      `view unequal ${sum(({ failedChecks }) => failedChecks.length, this.#outcomes)}`,
      `written by the reader ${sum((outcome) => outcome.writtenByReader)}`,
      `refused by the server ${ended.filter(({ violations }) => violations.length > 0).length}`,
      `crashed ${this.#outcomes.length - ended.length}`,
    ].join(', ');
  }
}
