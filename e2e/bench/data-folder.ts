/**
 * A new folder for the data of a measured server, beside the code: it has to be on a disk, and many
 * systems keep their temporary folder in memory.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const PARENT = resolve(import.meta.dirname, '../.cache/bench');

export async function createDataFolder(): Promise<string> {
  await mkdir(PARENT, { recursive: true });
  return mkdtemp(join(PARENT, 'data-'));
}
