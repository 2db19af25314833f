import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBrowser, type Way } from './browser.ts';

// Node prints a version as a browser does.
const works = (name: string): Way => ({ name, find: async () => process.execPath });
const fails = (name: string, reason: string): Way => ({
  name,
  find: () => Promise.reject(new Error(reason)),
});

test('the first way that works is taken, and the later ones are not tried', async () => {
  let tried = 0;
  const last: Way = { name: 'last', find: async () => String(++tried) };
  const browser = await findBrowser([fails('first', 'No.'), works('second'), last]);
  expect(browser).toEqual({ executable: process.execPath, version: process.version });
  expect(tried).toBe(0);
});

test('what does not start, or does not tell a version, is not a browser', async () => {
  await using folder = await temporaryFolder();
  const silent = join(folder.path, 'silent');
  await writeFile(silent, '#!/bin/sh\n', { mode: 0o755 });
  const ways: Way[] = [
    { name: 'gone', find: async () => join(folder.path, 'gone') },
    { name: 'silent', find: async () => silent },
  ];
  await expect(findBrowser(ways)).rejects.toThrow(/- gone: .*ENOENT\n- silent: .* its version\./);
  expect((await findBrowser([...ways, works('real')])).executable).toBe(process.execPath);
});

test('every way that failed leaves its sentence', async () => {
  await expect(findBrowser([fails('one', 'Not here.'), fails('two', 'Nor here.')])).rejects.toThrow(
    'No Chromium to test with.\n- one: Not here.\n- two: Nor here.',
  );
});

test('a browser that was asked for by name is not replaced by another', async () => {
  const named: Way = { ...fails('TANDEM_CHROMIUM', 'There is no file /x.'), insists: true };
  await expect(findBrowser([named, works('another')])).rejects.toThrow('There is no file /x.');
});

test('what a program says last on stderr is the reason', async () => {
  const program: Way = {
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
