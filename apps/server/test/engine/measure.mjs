// Bundles measure.ts with the workers it needs, and runs it: node test/engine/measure.mjs [trace.json.gz]
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import configuration from '../../rolldown.config.mjs';

const root = resolve(import.meta.dirname, '../..');
const dir = join(root, '.cache/measure');
const input = {
  measure: join(import.meta.dirname, 'measure.ts'),
  'engine-worker': join(root, 'src/engine/engine-worker.ts'),
  'compactor-worker': join(root, 'src/engine/compactor-worker.ts'),
};
await build({ ...configuration, input, output: { ...configuration.output, dir } });
const trace = process.argv.slice(2).map((path) => resolve(path));
const { status } = spawnSync(process.execPath, [join(dir, 'measure.js'), ...trace], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
