/**
 * Vitest's global setup for tests that start real workers or the whole server: the production
 * bundle, built once a run, beside the node_modules that hold its native addons. A test finds it by
 * `join(inject('bundle'), 'main.js')`.
 */

import { resolve } from 'node:path';
import { build } from 'rolldown';
import type { TestProject } from 'vitest/node';
import configuration from '../rolldown.config.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder that `pnpm build` would have called dist. */
    readonly bundle: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const dir = resolve(import.meta.dirname, '../.cache/bundle');
  await build({ ...configuration, output: { ...configuration.output, dir } });
  project.provide('bundle', dir);
}
