/**
 * Prints what the pages of failed tests showed, as the last output of a run: of a run on another machine, often only
 * the end of the log is left.
 */

import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

const MAX_LINES = 70;
/** Of all failed tests together, so that the list of their names above stays near. */
const MAX_LINES_PRINTED = 280;

export default class SnapshotReporter implements Reporter {
  readonly #lines: string[] = [];

  printsToStdio(): boolean {
    return false;
  }

  onTestEnd(test: TestCase, { status, attachments }: TestResult): void {
    if (status === test.expectedStatus || status === 'skipped') return;
    for (const { name, path, body } of attachments) {
      const isPage = path?.endsWith('.md') === true;
      const text = isPage ? pageIn(readFileSync(path, 'utf8')) : (body?.toString() ?? '');
      if (text.trim() === '') continue;
      this.#lines.push('', `${test.title}: ${name}`, '', ...text.split('\n').slice(-MAX_LINES));
    }
  }

  onEnd(): void {
    if (this.#lines.length > 0)
      process.stdout.write(`${this.#lines.slice(0, MAX_LINES_PRINTED).join('\n')}\n`);
  }
}

/** The page as a tree of roles and names, without Playwright's error and source around it. */
function pageIn(errorContext: string): string {
  return /```yaml\n(.*?)\n```/su.exec(errorContext)?.[1] ?? errorContext;
}
