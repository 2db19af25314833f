/** Storage of Tandem that is filled once; each run starts on a copy, so that runs do not affect each other. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../harness/postgres-database.ts';
import { createDataFolder } from './data-folder.ts';

type Settings = Readonly<Record<string, string>>;

export interface SeededStorage extends AsyncDisposable {
  readonly seed: Settings;
  /** Call it while no server uses the seed. */
  copy(): Promise<AsyncDisposable & { readonly settings: Settings }>;
}

export async function createSeededFolder(): Promise<SeededStorage> {
  const folder = await createDataFolder();
  const seed = join(folder, 'data');
  return {
    seed: { DATA_DIR: seed },
    async copy() {
      const copied = await createDataFolder();
      await cp(seed, copied, { recursive: true });
      return {
        settings: { DATA_DIR: copied },
        [Symbol.asyncDispose]: () => rm(copied, { recursive: true, force: true }),
      };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** @param template as for `createDatabase` */
export async function createSeededDatabase(template: string): Promise<SeededStorage> {
  const seed = await createDatabase(template);
  return {
    seed: { DATABASE_URL: seed },
    async copy() {
      const copied = await createDatabase(template, seed);
      return {
        settings: { DATABASE_URL: copied },
        [Symbol.asyncDispose]: () => dropDatabase(copied),
      };
    },
    [Symbol.asyncDispose]: () => dropDatabase(seed),
  };
}
