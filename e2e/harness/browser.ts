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
import { chromium, type Browser } from '@playwright/test';

const VERSION_LIMIT_MS = 20_000;
const DOWNLOAD_LIMIT_MS = 120_000;
const PACKAGE_LIMIT_MS = 300_000;

/** The headless shell has no window to draw, and needs a quarter less processor time. */
const DEBIAN_PACKAGE = 'chromium-headless-shell';
const SYSTEM_NAMES = [
  DEBIAN_PACKAGE,
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];
const SYSTEM_PATHS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

export interface BrowserProgram {
  readonly executable: string;
  readonly version: string;
}

export interface BrowserSource {
  readonly name: string;
  readonly find: () => Promise<string>;
  readonly isRequired?: boolean;
}

const execute = promisify(execFile);

export async function launchBrowser(): Promise<Browser> {
  const { executable } = await findBrowser();
  return chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu'] });
}

export async function findBrowser(
  sources: readonly BrowserSource[] = browserSources(),
): Promise<BrowserProgram> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const executable = await source.find();
      return { executable, version: await versionOf(executable) };
    } catch (error) {
      reasons.push(`- ${source.name}: ${reasonOf(error)}`);
      if (source.isRequired) break;
    }
  }
  throw new Error(`No Chromium to test with.\n${reasons.join('\n')}`);
}

function browserSources(): BrowserSource[] {
  const required = process.env['TANDEM_CHROMIUM'];
  if (required)
    return [{ name: 'TANDEM_CHROMIUM', isRequired: true, find: async () => checkFile(required) }];
  return [
    { name: 'Playwright’s own', find: async () => checkFile(chromium.executablePath()) },
    { name: 'on this system', find: async () => findOnPath() },
    { name: 'playwright install', find: downloadBrowser },
    { name: 'Debian’s package', find: installPackage },
  ];
}

function checkFile(path: string): string {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`);
  return path;
}

function findOnPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...candidates, ...SYSTEM_PATHS].find((place) => existsSync(place));
  if (found === undefined) throw new Error(`None of ${SYSTEM_NAMES.join(', ')} is on the PATH.`);
  return found;
}

async function downloadBrowser(): Promise<string> {
  const playwright = dirname(
    createRequire(import.meta.url).resolve('@playwright/test/package.json'),
  );
  const download = [join(playwright, 'cli.js'), 'install', 'chromium'];
  await execute(process.execPath, download, { timeout: DOWNLOAD_LIMIT_MS });
  return checkFile(chromium.executablePath());
}

async function installPackage(): Promise<string> {
  if (!existsSync('/usr/bin/apt-get')) throw new Error('This system has no apt-get.');
  if (process.getuid?.() !== 0) throw new Error('Installing it takes root.');
  const options = {
    timeout: PACKAGE_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  await execute('apt-get', ['update'], options);
  await execute('apt-get', ['install', '-y', '--no-install-recommends', DEBIAN_PACKAGE], options);
  return findOnPath();
}

async function versionOf(executable: string): Promise<string> {
  const { stdout } = await execute(executable, ['--version'], { timeout: VERSION_LIMIT_MS });
  const version = stdout.trim();
  if (!/\d+\.\d+/.test(version)) throw new Error(`${executable} does not print its version.`);
  return version;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('killed' in error && error.killed === true) return 'It took too long.';
  const output = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  // The last line of a program's output usually names the failure.
  return output.split('\n').at(-1) || error.message;
}
