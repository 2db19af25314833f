import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { StorageError } from '../storage-error.ts';
import { temporaryPath } from '../testing/temporary-database.ts';
import { DiskObjects } from './disk-objects.ts';
import { objectStoreContract } from './object-store.contract.ts';

const KEY = 'ab'.padEnd(32, '0');
const signal = new AbortController().signal;

describe('on disk', () => {
  objectStoreContract(async () => DiskObjects.open(await temporaryPath('files')));

  test('a file is for the server alone, and nothing stays in "incoming"', async () => {
    const folder = await temporaryPath('files');
    const store = await DiskObjects.open(folder);
    await store.write({ key: KEY, size: 4, body: Readable.from([Buffer.from('text')]), signal });
    expect((await stat(join(folder, 'ab', KEY))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  test('what a killed server left in "incoming" goes with its key', async () => {
    const folder = await temporaryPath('files');
    const store = await DiskObjects.open(folder);
    await writeFile(join(folder, 'incoming', KEY), 'half of a fi');
    expect(await store.read(KEY)).toBeNull();
    await store.delete(KEY);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  test('a fault of the disk is one of the storage', async () => {
    const folder = await temporaryPath('files');
    await mkdir(dirname(folder), { recursive: true });
    await writeFile(folder, 'a file where the folder should be');
    await expect(DiskObjects.open(folder)).rejects.toThrow(StorageError);
  });

  test('knows what is free', async () => {
    const store = await DiskObjects.open(await temporaryPath('files'));
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });
});
