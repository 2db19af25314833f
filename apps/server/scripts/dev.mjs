// Bundles the server on each change and runs what came out: one child at a time, ended with SIGTERM,
// waited for, then started again. A bundle that fails leaves the running server alone.
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { watch } from 'rolldown';
import configuration from '../rolldown.config.mjs';
import { ServerChild } from './server-child.mjs';

/** Where vite.config.ts of the web application serves it. */
const WEB_PORT = 5173;

const main = join(configuration.output.dir, 'main.js');
const environment = {
  NODE_ENV: 'development',
  DATA_DIR: join(import.meta.dirname, '../../../data'),
  ...process.env,
};

/** `pnpm dev --host`: the web application is for other machines as well. */
const isForOthers = process.argv.includes('--host');
const hosts = ['localhost', ...(isForOthers ? ownAddresses() : [])];
say(
  `open ${hosts.map((host) => `http://${host}:${WEB_PORT}`).join(' or ')} in a browser` +
    (isForOthers ? '' : '; for other machines, start with: pnpm dev --host'),
);

const child = new ServerChild({ main, environment, say });
let turn = Promise.resolve();

const watcher = watch(configuration);
watcher.on('event', (event) => {
  if (event.code === 'BUNDLE_END') {
    void event.result.close();
    say(`bundled in ${Math.round(event.duration)} ms, starting`);
    turn = turn.then(() => child.stop()).then(() => child.start());
  } else if (event.code === 'ERROR') {
    void event.result?.close();
    say(`cannot bundle, the last good one stays:\n${event.error.message}`);
  }
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());

async function end() {
  await watcher.close();
  await turn.then(() => child.stop());
  process.exit(0);
}

function ownAddresses() {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

/** @param {string} what */
function say(what) {
  process.stdout.write(`server: ${what}\n`);
}
