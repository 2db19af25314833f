/**
 * Measures many viewers of the dashboard of an otherwise idle server: the delay between the first
 * and the last viewer of each sample, the number of samples that arrive, and the cost to the server
 * compared with no viewers.
 *
 *     pnpm --filter @tandem/e2e watchers [--people 10000] [--seconds 20]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ServerMessage } from '@tandem/protocol';
import { Server } from '../harness/server.ts';
import { forEachConcurrently } from './concurrency.ts';
import { Samples } from './percentiles.ts';
import { TandemSocket } from './swarm/tandem-socket.ts';

const UNLIMITED = '1000000';
const WATCHERS_PER_ADDRESS = 5_000;
const CONCURRENCY = 50;
const QUIET_MS = 10_000;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    people: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
  },
});
const people = Number(values.people);
const seconds = Number(values.seconds);

/**
 * When watchers received each sample from `countFrom` on, by the time at which the server took it.
 */
const seen = new Map<number, number[]>();
let countFrom = Number.POSITIVE_INFINITY;

await using server = await Server.create({
  env: {
    ADMINISTRATORS: '*',
    MAX_CONNECTIONS_PER_USER: UNLIMITED,
    MAX_CONNECTIONS_PER_ADDRESS: UNLIMITED,
  },
});
const session = await fetch(`${server.url}/api/session`, {
  method: 'POST',
  headers: { origin: server.url },
});
const { token } = (await session.json()) as { readonly token: string };

const cpuOf = async (ms: number): Promise<number> => {
  const before = server.cpuMs;
  await sleep(ms);
  return server.cpuMs - before;
};
await sleep(QUIET_MS);
const aloneMs = (await cpuOf(QUIET_MS)) / (QUIET_MS / 1_000);

const sockets = Array.from(
  { length: people },
  (_, number) =>
    new TandemSocket({
      port: server.port,
      localAddress: `127.0.1.${1 + Math.floor(number / WATCHERS_PER_ADDRESS)}`,
      token,
      requests: [{ type: 'subscribe', channel: 0, ref: 1, name: 'dashboard' }],
      onMessage: recordSample,
    }),
);
const failures = new Map<string, number>();
await forEachConcurrently(sockets, CONCURRENCY, async (socket) => {
  const reason = await socket.connect();
  if (reason !== null) failures.set(reason, (failures.get(reason) ?? 0) + 1);
});
await sleep(QUIET_MS);

countFrom = Date.now();
const watchedMs = (await cpuOf(seconds * 1_000)) / seconds;
countFrom = Number.POSITIVE_INFINITY;
await sleep(1_000);

const spread = new Samples();
let arrived = 0;
for (const times of seen.values()) {
  const first = Math.min(...times);
  spread.addAll(times.map((time) => time - first));
  arrived += times.length;
}
const expected = seen.size * people;
console.log(`${people} people watched ${seen.size} samples in ${seconds} s`);
console.log(`arrived: ${((100 * arrived) / expected).toFixed(2)} %`);
console.log(`behind the first who saw it: ${spread.toString()}`);
console.log(
  `server: ${watchedMs.toFixed(1)} ms of processor time a second, ${aloneMs.toFixed(1)} without watchers; ` +
    `${(((watchedMs - aloneMs) * 1_000) / people).toFixed(2)} µs a person and second`,
);
for (const [reason, count] of failures) console.log(`${count} could not watch: ${reason}`);
for (const socket of sockets) socket.destroy();
if (failures.size > 0 || arrived < expected) process.exitCode = 1;

function recordSample(message: ServerMessage): void {
  if (message.type !== 'dashboard:changed') return;
  const { at } = message.sample;
  if (at < countFrom) return;
  const times = seen.get(at);
  if (times === undefined) seen.set(at, [performance.now()]);
  else times.push(performance.now());
}
