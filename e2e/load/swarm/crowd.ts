/** The members of a load within one process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Want } from './client-protocol.ts';
import type { ClientProtocolName } from './protocols/index.ts';
import { Member, type MemberPlan } from './member.ts';
import { Totals, type CrowdReport } from './totals.ts';

export interface CrowdPlan {
  readonly clientProtocol: ClientProtocolName;
  readonly port: number;
  readonly members: readonly MemberPlan[];
  /** Letters of a message's text. */
  readonly textLength: number;
  readonly wants: Want;
}

export interface WritePlan {
  readonly writers: readonly number[];
  /** Per writer; a partial last batch is sent in full. */
  readonly messages: number;
  readonly batch: number;
  /** All writers of this process together. */
  readonly batchesPerSecond: number;
}

export interface CutPlan {
  readonly members: readonly number[];
  readonly everyMs: number;
  readonly offlineMs: number;
  readonly forMs: number;
}

const CONNECTING_AT_ONCE = 50;
/** One address has about 28,000 outgoing ports. */
const MEMBERS_PER_ADDRESS = 5_000;
const TICK_MS = 1;
/** Beyond this factor, the load differs too much from the requested one. */
const SLOWER = 1.2;
const SLOWER_MS = 200;

export class Crowd {
  readonly #totals = new Totals();
  readonly #members = new Map<number, Member>();

  constructor(plan: CrowdPlan, process: number) {
    const { clientProtocol, port, textLength, wants } = plan;
    plan.members.forEach((member, index) => {
      const localAddress = `127.0.${process + 1}.${1 + Math.floor(index / MEMBERS_PER_ADDRESS)}`;
      const options = {
        clientProtocol,
        port,
        textLength,
        wants,
        localAddress,
        totals: this.#totals,
      };
      this.#members.set(member.writer, new Member({ ...member, ...options }));
    });
  }

  /**
   * Connects these writers, or all members; reports failures as faults. @returns the number
   * connected.
   */
  async open(writers: readonly number[] | null): Promise<number> {
    const waiting = [...this.#members.values()].filter(
      ({ writer }) => writers === null || writers.includes(writer),
    );
    let open = 0;
    const launcher = async (): Promise<void> => {
      for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
        const failure = await member.connect();
        if (failure === null) {
          open++;
        } else {
          this.#totals.fault(failure);
          this.#members.delete(member.writer);
          member.leave();
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, launcher));
    return open;
  }

  /** Resolves when everything is sent, later than planned on a busy machine. */
  async write({ writers, messages, batch, batchesPerSecond }: WritePlan): Promise<void> {
    const members = writers.map((writer) => this.#members.get(writer));
    const total = Math.ceil(messages / batch) * members.length;
    const beganMs = performance.now();
    for (let sent = 0; sent < total;) {
      const due = Math.floor(((performance.now() - beganMs) * batchesPerSecond) / 1000) + 1;
      for (; sent < Math.min(due, total); sent++) members[sent % members.length]?.write(batch);
      await sleep(TICK_MS);
    }
    const plannedMs = (total / batchesPerSecond) * 1000;
    if (performance.now() - beganMs > plannedMs * SLOWER + SLOWER_MS)
      this.#totals.fault('the swarm could not write as fast as was asked');
  }

  async writeUpdates(
    updates: ReadonlyMap<number, readonly Uint8Array[]>,
    perSecond: number,
  ): Promise<void> {
    const queues = [...updates].map(([writer, list]) => ({
      member: this.#members.get(writer),
      list,
    }));
    const longest = Math.max(0, ...queues.map(({ list }) => list.length));
    const beganMs = performance.now();
    let sent = 0;
    for (let index = 0; index < longest; index++) {
      for (const { member, list } of queues) {
        const update = list[index];
        if (update === undefined) continue;
        member?.writeUpdate(Buffer.from(update));
        sent++;
        while (sent > ((performance.now() - beganMs) * perSecond) / 1000) await sleep(TICK_MS);
      }
    }
  }

  async cut({ members, everyMs, offlineMs, forMs }: CutPlan): Promise<number> {
    const endMs = performance.now() + forMs;
    let disconnects = 0;
    const live = async (member: Member): Promise<void> => {
      await sleep(Math.random() * everyMs);
      while (performance.now() < endMs) {
        member.cut();
        disconnects++;
        await sleep(offlineMs);
        if ((await member.connect()) !== null) await member.reconnect();
        await sleep(Math.max(0, everyMs - offlineMs));
      }
    };
    await Promise.all(members.flatMap((writer) => this.#members.get(writer) ?? []).map(live));
    return disconnects;
  }

  /** Reconnects everyone as their client would, after a server failure. @returns the duration. */
  async comeBack(): Promise<number> {
    const beganMs = performance.now();
    await Promise.all([...this.#members.values()].map((member) => member.reconnect()));
    return performance.now() - beganMs;
  }

  acknowledged(): ReadonlyMap<number, number> {
    return new Map(
      [...this.#members.values()].map((member) => [member.writer, member.acknowledged]),
    );
  }

  stall(writers: readonly number[]): void {
    for (const writer of writers) this.#members.get(writer)?.stall();
  }

  resume(writers: readonly number[]): void {
    for (const writer of writers) this.#members.get(writer)?.resume();
  }

  /** Discards the samples of the warm-up. */
  clear(): void {
    this.#totals.clear();
  }

  /** Cheap enough to poll. */
  delivered(): number {
    return this.#totals.delivered;
  }

  answered(): number {
    return this.#totals.answers.count;
  }

  report(): CrowdReport {
    return this.#totals.report();
  }

  leave(): void {
    for (const member of this.#members.values()) member.leave();
    this.#members.clear();
  }
}
