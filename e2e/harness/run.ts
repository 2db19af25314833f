/** Finds a browser, then runs Playwright with the given arguments. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBrowser } from './browser.ts';

const browser = await findBrowser();
process.stdout.write(`${browser.version} at ${browser.executable}\n`);

const playwright = dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json'));
const runner = spawn(
  process.execPath,
  [join(playwright, 'cli.js'), 'test', ...process.argv.slice(2).filter((arg) => arg !== '--')],
  {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, TANDEM_CHROMIUM: browser.executable },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));
const [code] = (await once(runner, 'exit')) as [number | null];
process.exitCode = code ?? 1;
