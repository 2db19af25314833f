import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findLayerViolations, LAYERS } from './layers.ts';

test.each(Object.entries(LAYERS))('%s: every import goes down', async (folder, layers) => {
  expect(await findLayerViolations(resolve(import.meta.dirname, '..', folder), layers)).toEqual([]);
});

const FILES = {
  'low/value.ts': `export const value = 1;`,
  'low/imports.ts': `import { high } from '../high/value.ts'; export const low = high;`,
  'low/type.ts': `import type { High } from '../high/value.ts'; export type Low = High;`,
  'low/inline-type.ts': `import { type High } from '../high/value.ts'; export type Low = High;`,
  'low/re-exports.ts': `export { high } from '../high/value.ts';`,
  'low/re-exports-all.ts': `export * from '../high/value.ts';`,
  'low/dynamic.ts': `export const high = () => import('../high/value.ts');`,
  'low/import-type.ts': `export type Low = import('../high/value.ts').High;`,
  'low/nested/imports.tsx': `import '../../top.ts';`,
  'low/good.test.ts': `import '../high/value.ts';`,
  'low/testing/good.ts': `import '../../high/value.ts';`,
  'high/value.ts': `import { value } from '../low/value.ts'; import 'yjs'; export const high = value;`,
  'high/own.ts': `import './value.ts';`,
  'beside/imports.ts': `import '../high/value.ts';`,
  'top.ts': `import './high/value.ts'; import './beside/imports.ts';`,
  'high/unknown.ts': `import '../unknown/file.ts'; import '../../outside.json';`,
  'unknown/file.ts': `export {};`,
};

test('imports up and sideways, modules without a layer and layers without a module are found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'layers-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, source] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
  expect(await findLayerViolations(folder, [['low'], ['beside', 'high'], ['top', 'gone']])).toEqual(
    [
      'the layer gone has no module',
      'beside/imports.ts imports high/value.ts: beside is not above high',
      'high/unknown.ts imports unknown/file.ts: high is not above unknown',
      ...['dynamic', 'import-type', 'imports', 'inline-type'].map(
        (name) => `low/${name}.ts imports high/value.ts: low is not above high`,
      ),
      'low/nested/imports.tsx imports top.ts: low is not above top',
      ...['re-exports-all', 're-exports', 'type'].map(
        (name) => `low/${name}.ts imports high/value.ts: low is not above high`,
      ),
      'unknown/file.ts belongs to no layer',
    ],
  );
});
