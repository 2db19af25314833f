/** A cluster behind the proxies of `deploy/`: any request at any server, and each of them restarted in its turn. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import type { Session } from '@tandem/protocol';
import { createDatabase } from '../../src/storage/testing/postgres-server.ts';
import { createData } from '../data-document.ts';
import { Device } from '../device.ts';
import { eventually } from '../eventually.ts';
import { FRONT_DOORS, runFrontDoor, type RunningFrontDoor } from '../front-door.ts';
import { insecureFetch } from '../insecure-fetch.ts';
import { findProgram } from '../programs.ts';
import { RunningServer } from '../running-server.ts';
import type { SignedIn } from '../signed-in.ts';

const NODES = 3;
const WRITERS = 4;
const WRITE_EVERY_MS = 100;
const RETRY_MS = 100;
/** Two checks of the proxy, and a second; nginx does not check. */
const DRAIN_S = { nginx: '0', haproxy: '5', caddy: '5' } as const;
/** A client that is sent away waits for a moment of its own choice first; the rest is for a busy machine. */
const LONGEST_GAP_MS = 15_000;

async function signInThrough({ url }: RunningFrontDoor): Promise<SignedIn> {
  const headers = { Origin: url };
  const answer = await insecureFetch(`${url}/api/session`, { method: 'POST', headers });
  expect(answer.status).toBe(200);
  const session = (await answer.json()) as Session;
  const [cookie = ''] = answer.headers.getSetCookie();
  return { ...session, cookie: cookie.split(';', 1)[0] as string, fetch: () => Promise.reject() };
}

class Writer {
  readonly device: Device;
  readonly written: string[] = [];
  longestGapMs = 0;
  #state: 'typing' | 'reading' | 'gone' = 'typing';
  readonly #front: RunningFrontDoor;
  readonly #name: string;

  constructor(front: RunningFrontDoor, name: string, device: Device) {
    this.#front = front;
    this.#name = name;
    this.device = device;
  }

  /** Types until it is told to stop, and connects again, also after that, where its document is not open. */
  async run(): Promise<void> {
    let lostMs: number | null = null;
    while (this.#state !== 'gone') {
      if (!this.#isLive) {
        lostMs ??= performance.now();
        await this.#connect();
      } else if (lostMs !== null) {
        this.longestGapMs = Math.max(this.longestGapMs, performance.now() - lostMs);
        lostMs = null;
      }
      if (this.#state === 'typing') this.#type();
      await sleep(WRITE_EVERY_MS);
    }
  }

  #type(): void {
    const word = `<${this.#name}.${this.written.length}>`;
    this.written.push(word);
    this.device.write(word);
  }

  get #isLive(): boolean {
    return this.device.isConnected && this.device.channel.phase === 'live';
  }

  describe(): string {
    const { isConnected, channel, text } = this.device;
    return `${this.#name} ${isConnected ? channel.phase : 'disconnected'} with ${text.length} characters`;
  }

  stop(): void {
    this.#state = 'reading';
  }

  leave(): void {
    this.#state = 'gone';
  }

  async #connect(): Promise<void> {
    const options = { rejectUnauthorized: false, handshakeTimeout: 3_000 };
    const server = { socketUrl: this.#front.socketUrl } as RunningServer;
    await this.device.connect(server, options).catch(() => sleep(RETRY_MS));
  }
}

for (const door of FRONT_DOORS) {
  const program = await findProgram(door);
  describe.runIf(program !== null)(`behind ${door.name}`, () => {
    test(
      'people who type while each server is restarted lose nothing',
      { timeout: 120_000 },
      async () => {
        const DATABASE_URL = await createDatabase(inject('postgres'));
        const settings = {
          DATABASE_URL,
          // Containers of a cluster have no folder that may be written to.
          DATA_DIR: '/dev/null/data',
          ENGINE_WORKERS: '1',
          TRUST_PROXY: '1',
          DRAIN_DELAY_SECONDS: DRAIN_S[door.name],
        };
        const nodes = await Promise.all(
          Array.from({ length: NODES }, () => RunningServer.start(settings)),
        );
        const front = await runFrontDoor(door, {
          program: program as string,
          nodes: nodes.map(({ port }) => port),
        });
        const isReady = async () => (await insecureFetch(`${front.url}/readyz`)).status;
        await expect.poll(isReady).toBe(200);

        const document = await createData(nodes[0] as RunningServer);
        const writers: Writer[] = [];
        for (let at = 0; at < WRITERS; at++)
          writers.push(
            new Writer(front, `${at}`, new Device(document, await signInThrough(front))),
          );
        const running = writers.map((writer) => writer.run());
        for (const node of nodes) {
          await sleep(1_000);
          await node.kill('SIGTERM');
          await node.restart();
        }
        await sleep(3_000);
        for (const writer of writers) writer.stop();
        for (const { device } of writers) await device.saved();
        const text = () => (writers[0] as Writer).device.text;
        const states = () => writers.map((writer) => writer.describe()).join(', ');
        await eventually(
          () => `all have the same text: ${states()}`,
          () => writers.every(({ device }) => device.text === text()),
        );
        for (const writer of writers) writer.leave();
        await Promise.all(running);
        for (const { written, device, longestGapMs } of writers) {
          for (const word of written) expect(text().split(word)).toHaveLength(2);
          expect(device.refusals.filter((kind) => kind !== 'reopen')).toEqual([]);
          expect(longestGapMs).toBeLessThan(LONGEST_GAP_MS);
        }
      },
    );
  });
}
