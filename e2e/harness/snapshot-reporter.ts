/** Prints what the page of a failed test showed: of a run on another machine, often only the log is left. */

import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

const MAX_LINES = 150;

export default class SnapshotReporter implements Reporter {
  printsToStdio(): boolean {
    return false;
  }

  onTestEnd(test: TestCase, { status, attachments }: TestResult): void {
    if (status === test.expectedStatus || status === 'skipped') return;
    for (const { name, path, body } of attachments) {
      const text = path?.endsWith('.md') === true ? readFileSync(path, 'utf8') : body?.toString();
      if (text === undefined) continue;
      const lines = text.split('\n').slice(-MAX_LINES);
      process.stdout.write(`\n${test.title}: ${name}\n\n${lines.join('\n')}\n`);
    }
  }
}
