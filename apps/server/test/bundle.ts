/**
 * Vitest's global setup for tests with real workers or the whole server: the production bundle,
 * built once per run beside the node_modules with its native addons. Tests find it by
 * `join(inject('bundle'), 'main.js')`.
 */

import { resolve } from 'node:path';
import { build } from 'rolldown';
import type { TestProject } from 'vitest/node';
import configuration from '../rolldown.config.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Replaces the dist folder of `pnpm build`. */
    readonly bundle: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const dir = resolve(import.meta.dirname, '../.cache/bundle');
  await build({ ...configuration, output: { ...configuration.output, dir } });
  project.provide('bundle', dir);
}
