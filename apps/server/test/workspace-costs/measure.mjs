// Bundles measure.ts and runs it: node test/workspace-costs/measure.mjs [documents]
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import configuration from '../../rolldown.config.mjs';

const dir = join(resolve(import.meta.dirname, '../..'), '.cache/measure-workspace');
const input = { ...configuration.input, measure: join(import.meta.dirname, 'measure.ts') };
await build({ ...configuration, input, output: { ...configuration.output, dir } });
const { status } = spawnSync(
  process.execPath,
  [join(dir, 'measure.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
