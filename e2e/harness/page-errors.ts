/** Collects exceptions, rejections and console errors of pages. */

import type { BrowserContext } from '@playwright/test';

export class PageErrors {
  readonly #allowed: RegExp[];
  readonly #seen: string[] = [];

  constructor(allowed: readonly RegExp[] = []) {
    this.#allowed = [...allowed];
  }

  watch(context: BrowserContext): void {
    context.on('weberror', (problem) => {
      const error = problem.error();
      this.#seen.push(`page error: ${error.stack ?? String(error)}`);
    });
    context.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url, lineNumber } = message.location();
      this.#seen.push(`console error: ${message.text()} (${url}:${lineNumber})`);
    });
  }

  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  get unexpected(): readonly string[] {
    return this.#seen.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
  }
}
