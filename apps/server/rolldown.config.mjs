// One flat folder: dist/main.js, a file for each command (dist/backup.js, …) and one for each worker, with everything inside but
// native addons, which node_modules beside dist provides.
//
// Every src/**/*-worker.ts is an entry and keeps its name: src/database/database-worker.ts becomes
// dist/database-worker.js. A plain worker.ts takes its folder's: src/engine/worker.ts becomes
// dist/engine-worker.js. As dist is flat, the caller finds it from whatever chunk it ends up in:
//
//   new Worker(new URL('./engine-worker.js', import.meta.url))
//
// Source has no such file: tests that want real workers run a bundle (test/bundle.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const source = join(import.meta.dirname, 'src');
const commands = ['main', 'migrate', 'backup', 'restore'];
const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
);

/** @satisfies {import('rolldown').RolldownOptions} */
const configuration = {
  input: {
    ...Object.fromEntries(commands.map((name) => [name, join(source, `${name}.ts`)])),
    ...workers(),
  },
  platform: 'node',
  external: ['@node-rs/argon2', '@photostructure/sqlite'],
  // Node 20.19 knows neither `using` nor `await using`.
  transform: { target: 'node20.19', define: { TANDEM_VERSION: JSON.stringify(version) } },
  output: {
    dir: join(import.meta.dirname, 'dist'),
    format: 'esm',
    sourcemap: true,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name]-[hash].js',
  },
};

export default configuration;

function workers() {
  /** @type {Record<string, string>} */
  const entries = {};
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!/(^|[/-])worker\.ts$/.test(path.replaceAll('\\', '/'))) continue;
    const name = basename(path, '.ts');
    const entry = name === 'worker' ? `${basename(dirname(path))}-worker` : name;
    if (entry in entries) throw new Error(`two workers would be dist/${entry}.js`);
    entries[entry] = join(source, path);
  }
  return entries;
}
