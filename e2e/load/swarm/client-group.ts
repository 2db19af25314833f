/** The load clients of one process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachConcurrently } from '../concurrency.ts';
import type { MeasuredOperation } from './client-protocol.ts';
import type { ClientProtocolName } from './protocols/index.ts';
import { LoadClient, type LoadClientPlan } from './load-client.ts';
import { Totals, type GroupReport } from './totals.ts';

export interface ClientGroupPlan {
  readonly clientProtocol: ClientProtocolName;
  readonly port: number;
  readonly clients: readonly LoadClientPlan[];
  readonly textLength: number;
  readonly measured: MeasuredOperation;
}

export interface WritePlan {
  readonly writers: readonly number[];
  /** Per writer; a partial last batch is sent in full. */
  readonly messages: number;
  readonly batch: number;
  readonly batchesPerSecond: number;
}

export interface CursorPlan {
  readonly writers: readonly number[];
  readonly everyMs: number;
  /** They begin one after the other, or their cursors would stay in step. */
  readonly beginWithinMs: number;
  readonly forMs: number;
}

export interface DisconnectPlan {
  readonly writers: readonly number[];
  readonly everyMs: number;
  readonly offlineMs: number;
  readonly forMs: number;
}

const CONCURRENCY = 50;
/** One address has about 28,000 outgoing ports. */
const CLIENTS_PER_ADDRESS = 5_000;
const TICK_MS = 1;
/** Beyond this factor, the load differs too much from the requested one. */
const MAX_SLOWDOWN = 1.2;
const MAX_DELAY_MS = 200;

export class ClientGroup {
  readonly #totals = new Totals();
  readonly #clients = new Map<number, LoadClient>();

  constructor(plan: ClientGroupPlan, process: number) {
    const { clientProtocol, port, textLength, measured } = plan;
    plan.clients.forEach((client, index) => {
      const localAddress = `127.0.${process + 1}.${1 + Math.floor(index / CLIENTS_PER_ADDRESS)}`;
      const options = {
        clientProtocol,
        port,
        textLength,
        measured,
        localAddress,
        totals: this.#totals,
      };
      this.#clients.set(client.writer, new LoadClient({ ...client, ...options }));
    });
  }

  async open(writers: readonly number[] | null): Promise<number> {
    const clients = [...this.#clients.values()].filter(
      ({ writer }) => writers === null || writers.includes(writer),
    );
    let open = 0;
    await forEachConcurrently(clients, CONCURRENCY, async (client) => {
      const failure = await client.connect();
      if (failure === null) {
        open++;
      } else {
        this.#totals.addFault(failure);
        this.#clients.delete(client.writer);
        client.close();
      }
    });
    return open;
  }

  async write({ writers, messages, batch, batchesPerSecond }: WritePlan): Promise<void> {
    const clients = writers.map((writer) => this.#clients.get(writer));
    const total = Math.ceil(messages / batch) * clients.length;
    const beganMs = performance.now();
    for (let sent = 0; sent < total;) {
      const due = Math.floor(((performance.now() - beganMs) * batchesPerSecond) / 1000) + 1;
      for (; sent < Math.min(due, total); sent++) clients[sent % clients.length]?.write(batch);
      await sleep(TICK_MS);
    }
    const plannedMs = (total / batchesPerSecond) * 1000;
    if (performance.now() - beganMs > plannedMs * MAX_SLOWDOWN + MAX_DELAY_MS)
      this.#totals.addFault('the swarm could not write as fast as was asked');
  }

  async writeUpdates(
    updates: ReadonlyMap<number, readonly Uint8Array[]>,
    perSecond: number,
  ): Promise<void> {
    const queues = [...updates].map(([writer, list]) => ({
      client: this.#clients.get(writer),
      list,
    }));
    const longest = Math.max(0, ...queues.map(({ list }) => list.length));
    const beganMs = performance.now();
    let sent = 0;
    for (let index = 0; index < longest; index++) {
      for (const { client, list } of queues) {
        const update = list[index];
        if (update === undefined) continue;
        client?.writeUpdate(Buffer.from(update));
        sent++;
        while (sent > ((performance.now() - beganMs) * perSecond) / 1000) await sleep(TICK_MS);
      }
    }
  }

  /** Cursors that a client may not send yet are replaced by the next. */
  async moveCursors({ writers, everyMs, beginWithinMs, forMs }: CursorPlan): Promise<void> {
    const beganMs = performance.now();
    const moving = writers
      .flatMap((writer) => this.#clients.get(writer) ?? [])
      .map((client, index, { length }) => ({
        client,
        atMs: beganMs + (beginWithinMs * index) / length,
      }));
    for (let now = beganMs; now < beganMs + forMs; now = performance.now()) {
      for (const cursor of moving) {
        if (cursor.atMs > now) continue;
        const intervalMs = cursor.client.moveCursor();
        cursor.atMs = Math.max(now, cursor.atMs + Math.max(everyMs, intervalMs));
      }
      await sleep(TICK_MS);
    }
  }

  async disconnect({ writers, everyMs, offlineMs, forMs }: DisconnectPlan): Promise<number> {
    const endMs = performance.now() + forMs;
    let disconnects = 0;
    const repeat = async (client: LoadClient): Promise<void> => {
      await sleep(Math.random() * everyMs);
      while (performance.now() < endMs) {
        client.disconnect();
        disconnects++;
        await sleep(offlineMs);
        if ((await client.connect()) !== null) await client.reconnect();
        await sleep(Math.max(0, everyMs - offlineMs));
      }
    };
    await Promise.all(writers.flatMap((writer) => this.#clients.get(writer) ?? []).map(repeat));
    return disconnects;
  }

  async reconnectAll(): Promise<number> {
    const beganMs = performance.now();
    await Promise.all([...this.#clients.values()].map((client) => client.reconnect()));
    return performance.now() - beganMs;
  }

  acknowledged(): ReadonlyMap<number, number> {
    return new Map(
      [...this.#clients.values()].map((client) => [client.writer, client.acknowledged]),
    );
  }

  stall(writers: readonly number[]): void {
    for (const writer of writers) this.#clients.get(writer)?.stall();
  }

  resume(writers: readonly number[]): void {
    for (const writer of writers) this.#clients.get(writer)?.resume();
  }

  clearSamples(): void {
    this.#totals.clear();
  }

  deliveredCount(): number {
    return this.#totals.delivered;
  }

  answeredCount(): number {
    return this.#totals.answers.count;
  }

  report(): GroupReport {
    return this.#totals.report();
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
