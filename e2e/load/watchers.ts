/**
 * Measures many viewers of the dashboard of an otherwise idle server: the delay between the first
 * and the last viewer of each sample, the number of samples that arrive, and the cost to the server
 * compared with no viewers.
 *
 *     pnpm --filter @tandem/e2e watchers [--people 10000] [--seconds 20]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SCHEMA_VERSION } from '@tandem/document';
import {
  binaryCodec,
  PROTOCOL_VERSION,
  SUBPROTOCOL_BINARY,
  SYNC_PATH,
  type ClientMessage,
  type ServerMessage,
} from '@tandem/protocol';
import { Server } from '../harness/server.ts';
import { Samples } from './percentiles.ts';
import { processCpuMs } from './process-cpu.ts';
import { Link, type LinkOwner } from './swarm/link.ts';

const PLENTY = '1000000';
const WATCHERS_PER_ADDRESS = 5_000;
const AT_ONCE = 50;
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

class Watcher implements LinkOwner {
  readonly #token: string;
  readonly #settle: (reason: string | null) => void;
  #link: Link | null = null;

  constructor(token: string, settle: (reason: string | null) => void) {
    this.#token = token;
    this.#settle = settle;
  }

  opened(link: Link): void {
    const messages: ClientMessage[] = [
      {
        type: 'hello',
        channel: 0,
        protocol: PROTOCOL_VERSION,
        schema: SCHEMA_VERSION,
        token: this.#token,
      },
      { type: 'subscribe', channel: 0, ref: 1, name: 'dashboard' },
    ];
    link.send(binaryCodec.join(messages.map((message) => binaryCodec.encode(message))));
    this.#link = link;
  }

  received(payload: Buffer): void {
    const decoded = binaryCodec.decodeFromServer(payload);
    if (decoded.kind === 'invalid') this.#settle(decoded.reason);
    else for (const message of decoded.messages) this.#handleMessage(message);
  }

  closed(_link: Link, reason: string): void {
    this.#settle(reason);
  }

  #handleMessage(message: ServerMessage): void {
    if (message.type === 'dashboard:changed') {
      const { at } = message.sample;
      if (at < countFrom) return;
      const times = seen.get(at);
      if (times === undefined) seen.set(at, [performance.now()]);
      else times.push(performance.now());
    } else if (message.type === 'ping') {
      this.#link?.send(binaryCodec.encode({ type: 'pong', channel: 0, nonce: message.nonce }));
    } else if (message.type === 'subscribed') this.#settle(null);
    else if (message.type === 'unsubscribed') this.#settle(message.error.message);
  }
}

await using server = await Server.create({
  env: {
    ADMINISTRATORS: '*',
    MAX_CONNECTIONS_PER_USER: PLENTY,
    MAX_CONNECTIONS_PER_ADDRESS: PLENTY,
  },
});
const session = await fetch(`${server.url}/api/session`, {
  method: 'POST',
  headers: { origin: server.url },
});
const { token } = (await session.json()) as { readonly token: string };

const cpuOf = async (ms: number): Promise<number> => {
  const before = processCpuMs(server.pid ?? 0);
  await sleep(ms);
  return processCpuMs(server.pid ?? 0) - before;
};
await sleep(QUIET_MS);
const aloneMs = (await cpuOf(QUIET_MS)) / (QUIET_MS / 1_000);

const links: Link[] = [];
const failures = new Map<string, number>();
const numbers = Array.from({ length: people }, (_, number) => number);
const connectMore = async (): Promise<void> => {
  for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
    const reason = await watch(number);
    if (reason !== null) failures.set(reason, (failures.get(reason) ?? 0) + 1);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, connectMore));
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
  `server: ${watchedMs.toFixed(1)} ms of processor time a second, ${aloneMs.toFixed(1)} with nobody there; ` +
    `${(((watchedMs - aloneMs) * 1_000) / people).toFixed(2)} µs a person and second`,
);
for (const [reason, count] of failures) console.log(`${count} could not watch: ${reason}`);
for (const link of links) link.cut();
if (failures.size > 0 || arrived < expected) process.exitCode = 1;

/** @returns the reason of a failure, or `null`. */
function watch(number: number): Promise<string | null> {
  return new Promise((resolve) => {
    const localAddress = `127.0.1.${1 + Math.floor(number / WATCHERS_PER_ADDRESS)}`;
    const owner = new Watcher(token, resolve);
    links.push(
      new Link({
        port: server.port,
        localAddress,
        path: SYNC_PATH,
        subprotocol: SUBPROTOCOL_BINARY,
        owner,
      }),
    );
  });
}
