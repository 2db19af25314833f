// `pnpm cluster`: two nodes of the server with hot reload, on a Postgres and a Redis of their own, behind a balancer.
// All of it are processes of this machine, and end with this one.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { watch } from 'rolldown';
import configuration from '../rolldown.config.mjs';
import { Balancer } from './balancer.mjs';
import { freePort, startPostgres, startRedis } from './cluster-database.mjs';
import { ServerChild } from './server-child.mjs';

const NODES = 2;
const READY_LIMIT_MS = 15_000;
const STEP_MS = 200;

const folder = process.env['CLUSTER_DIR'] ?? join(import.meta.dirname, '../../../data/cluster');
/** Not `dist`, which `pnpm dev` and `pnpm build` write. */
const bundle = join(import.meta.dirname, '../.cache/cluster');

/** @type {(() => Promise<unknown>)[]} Run in reverse order. */
const cleanups = [];
/** @type {'running' | 'ending'} */
let state = 'running';

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(0));

try {
  await main();
} catch (error) {
  say(/** @type {Error} */ (error).message);
  await end(1);
}

async function main() {
  await mkdir(folder, { recursive: true });
  const postgres = await started(startPostgres(folder));
  const redis = await started(startRedis(folder));
  const ports = await Promise.all(Array.from({ length: NODES }, freePort));
  const nodes = ports.map(
    (port, at) =>
      new ServerChild({
        main: join(bundle, 'main.js'),
        environment: {
          NODE_ENV: 'development',
          ...process.env,
          PORT: String(port),
          // Not used beside Postgres.
          DATA_DIR: join(folder, `node-${at + 1}`),
          DATABASE_URL: postgres?.url,
          REDIS_URL: redis?.url ?? '',
        },
        say: (what) => say(`node ${at + 1} ${what}`),
      }),
  );
  const balancer = new Balancer(ports);
  cleanups.push(() => balancer.close());
  const port = await balancer.listen(Number(process.env['PORT'] ?? 3000));

  let turn = Promise.resolve();
  let bundles = 0;
  const watcher = watch({ ...configuration, output: { ...configuration.output, dir: bundle } });
  cleanups.push(async () => {
    await watcher.close();
    await turn.catch(() => undefined);
    await Promise.all(nodes.map((node) => node.stop()));
  });
  watcher.on('event', (event) => {
    if (event.code === 'BUNDLE_END') {
      void event.result.close();
      const isFirst = bundles++ === 0;
      say(
        `bundled in ${Math.round(event.duration)} ms, starting ${isFirst ? 'the nodes' : 'each node in turn'}`,
      );
      turn = turn.then(() => (isFirst ? startAll() : restartInTurn()));
    } else if (event.code === 'ERROR') {
      void event.result?.close();
      say(`cannot bundle, the last good one stays:\n${event.error.message}`);
    }
  });

  async function startAll() {
    for (const node of nodes) node.start();
    if (await areReady(NODES))
      say(
        `${NODES} nodes (ports ${ports.join(' and ')}) are behind http://localhost:${port}, on ${postgres?.url}` +
          (redis === null
            ? '; redis-server is not installed, so they meet in Postgres alone'
            : ` and ${redis.url}`),
      );
  }

  async function restartInTurn() {
    for (const node of nodes) {
      await node.stop();
      if (state === 'ending') return;
      node.start();
      await areReady(NODES);
    }
  }

  /** @param {number} count */
  async function areReady(count) {
    for (let waitedMs = 0; waitedMs < READY_LIMIT_MS && state === 'running'; waitedMs += STEP_MS) {
      if ((await balancer.check()) >= count) return true;
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
    return false;
  }
}

/**
 * @template {{ stop(): Promise<void> } | null} T
 * @param {Promise<T>} starting
 * @returns {Promise<T>}
 */
async function started(starting) {
  // Also what is still starting is ended.
  cleanups.push(async () => (await starting.catch(() => null))?.stop());
  return await starting;
}

/** @param {number} code */
async function end(code) {
  if (state === 'ending') return;
  state = 'ending';
  for (const cleanup of cleanups.toReversed()) await cleanup();
  process.exit(code);
}

/** @param {string} what */
function say(what) {
  process.stdout.write(`cluster: ${what}\n`);
}
