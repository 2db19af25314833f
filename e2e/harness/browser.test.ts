import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBrowser, type BrowserSource } from './browser.ts';

// Node prints a version as a browser does.
const works = (name: string): BrowserSource => ({ name, find: async () => process.execPath });
const fails = (name: string, reason: string): BrowserSource => ({
  name,
  find: () => Promise.reject(new Error(reason)),
});

test('the first working source is used, and later ones are not tried', async () => {
  let tried = 0;
  const unused: BrowserSource = { name: 'last', find: async () => String(++tried) };
  const browser = await findBrowser([fails('first', 'No.'), works('second'), unused]);
  expect(browser).toEqual({ executable: process.execPath, version: process.version });
  expect(tried).toBe(0);
});

test('a program that does not start or print a version is not a browser', async () => {
  await using folder = await temporaryFolder();
  const silent = join(folder.path, 'silent');
  await writeFile(silent, '#!/bin/sh\n', { mode: 0o755 });
  const sources: BrowserSource[] = [
    { name: 'gone', find: async () => join(folder.path, 'gone') },
    { name: 'silent', find: async () => silent },
  ];
  await expect(findBrowser(sources)).rejects.toThrow(
    /- gone: .*ENOENT\n- silent: .* its version\./,
  );
  expect((await findBrowser([...sources, works('real')])).executable).toBe(process.execPath);
});

test('the error names each source with its reason', async () => {
  await expect(findBrowser([fails('one', 'Not here.'), fails('two', 'Nor here.')])).rejects.toThrow(
    'No Chromium to test with.\n- one: Not here.\n- two: Nor here.',
  );
});

test('a browser required by name is not replaced by another', async () => {
  const required: BrowserSource = {
    ...fails('TANDEM_CHROMIUM', 'There is no file /x.'),
    isRequired: true,
  };
  await expect(findBrowser([required, works('another')])).rejects.toThrow('There is no file /x.');
});

test('the last line of stderr is the reason', async () => {
  const program: BrowserSource = {
    name: 'a program',
    find: () =>
      Promise.reject(Object.assign(new Error('exit 1'), { stderr: 'trying\ncannot connect\n' })),
  };
  await expect(findBrowser([program])).rejects.toThrow('a program: cannot connect');
});

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tandem-browser-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
