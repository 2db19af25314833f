/**
 * The engine's workers as files, with a worker that fails on demand and a process to kill beside
 * them.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import configuration from '../../rolldown.config.mjs';

export interface EngineBundle extends AsyncDisposable {
  path(file: string): string;
  url(file: string): URL;
}

export async function bundleEngine(): Promise<EngineBundle> {
  const root = resolve(import.meta.dirname, '../..');
  await mkdir(join(root, '.cache'), { recursive: true });
  const dir = await mkdtemp(join(root, '.cache/engine-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  await build({
    ...configuration,
    input: {
      'engine-worker': join(root, 'src/engine/engine-worker.ts'),
      'compactor-worker': join(root, 'src/engine/compactor-worker.ts'),
      'database-worker': join(root, 'src/storage/sqlite/database-worker.ts'),
      'failing-worker': join(import.meta.dirname, 'failing-worker.ts'),
      'append-process': join(import.meta.dirname, 'append-process.ts'),
    },
    output: { ...configuration.output, dir },
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const path = (file: string) => join(dir, file);
  return {
    path,
    url: (file) => pathToFileURL(path(file)),
    [Symbol.asyncDispose]: remove,
  };
}
