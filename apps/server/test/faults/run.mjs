// Bundles the server and run.ts, and runs it: node test/faults/run.mjs [--runs 3] [--random 20] [--seed 1] [--only name]
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import configuration from '../../rolldown.config.mjs';

const dir = join(resolve(import.meta.dirname, '../..'), '.cache/faults');
const input = { ...configuration.input, faults: join(import.meta.dirname, 'run.ts') };
// Helpers of tests import it, and take what it would give them from here.
const external = [...configuration.external, 'vitest'];
await build({ ...configuration, input, external, output: { ...configuration.output, dir } });
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', join(dir, 'faults.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
