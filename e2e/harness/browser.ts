/**
 * Finds a Chromium for tests, in this order: `TANDEM_CHROMIUM`, Playwright's installed one, the
 * system's, a download by Playwright, Debian's package. A candidate counts only if it reports its
 * version; each failure leaves a sentence.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';

const VERSION_LIMIT_MS = 20_000;
const DOWNLOAD_LIMIT_MS = 120_000;
const PACKAGE_LIMIT_MS = 300_000;

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const SYSTEM_PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

export interface Browser {
  readonly executable: string;
  /** As reported: `Chromium 156.0.8078.79`. */
  readonly version: string;
}

/** A source of browsers: `find` returns an executable's path or throws the reason. */
export interface Way {
  readonly name: string;
  readonly find: () => Promise<string>;
  readonly insists?: boolean;
}

const execute = promisify(execFile);

export async function findBrowser(ways: readonly Way[] = waysToChromium()): Promise<Browser> {
  const reasons: string[] = [];
  for (const way of ways) {
    try {
      const executable = await way.find();
      return { executable, version: await versionOf(executable) };
    } catch (error) {
      reasons.push(`- ${way.name}: ${reasonOf(error)}`);
      if (way.insists) break;
    }
  }
  throw new Error(`No Chromium to test with.\n${reasons.join('\n')}`);
}

function waysToChromium(): Way[] {
  const named = process.env['TANDEM_CHROMIUM'];
  if (named) return [{ name: 'TANDEM_CHROMIUM', insists: true, find: async () => existing(named) }];
  return [
    { name: 'Playwright’s own', find: async () => existing(chromium.executablePath()) },
    { name: 'on this system', find: async () => onPath() },
    { name: 'playwright install', find: downloaded },
    { name: 'Debian’s package', find: packaged },
  ];
}

function existing(path: string): string {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`);
  return path;
}

function onPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...places, ...SYSTEM_PLACES].find((place) => existsSync(place));
  if (found === undefined) throw new Error(`None of ${SYSTEM_NAMES.join(', ')} is on the PATH.`);
  return found;
}

async function downloaded(): Promise<string> {
  const playwright = dirname(
    createRequire(import.meta.url).resolve('@playwright/test/package.json'),
  );
  const download = [join(playwright, 'cli.js'), 'install', 'chromium'];
  await execute(process.execPath, download, { timeout: DOWNLOAD_LIMIT_MS });
  return existing(chromium.executablePath());
}

async function packaged(): Promise<string> {
  if (!existsSync('/usr/bin/apt-get')) throw new Error('This system has no apt-get.');
  if (process.getuid?.() !== 0) throw new Error('Installing it takes root.');
  const options = {
    timeout: PACKAGE_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  await execute('apt-get', ['update'], options);
  await execute('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], options);
  return onPath();
}

async function versionOf(executable: string): Promise<string> {
  const { stdout } = await execute(executable, ['--version'], { timeout: VERSION_LIMIT_MS });
  const version = stdout.trim();
  if (!/\d+\.\d+/.test(version)) throw new Error(`${executable} does not tell its version.`);
  return version;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('killed' in error && error.killed === true) return 'It took too long.';
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  // The last line of a program's output usually names the failure.
  return said.split('\n').at(-1) || error.message;
}
