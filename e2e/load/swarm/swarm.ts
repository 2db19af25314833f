/** Many clients on one machine: crowds spread over processes, controlled from here. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd, CrowdPlan, CutPlan, WritePlan } from './crowd.ts';
import { mergeReports, type CrowdReport } from './totals.ts';

export type CrowdMethod = Exclude<keyof Crowd, symbol>;

type Order =
  | { readonly kind: 'gather'; readonly plan: CrowdPlan; readonly process: number }
  | { readonly kind: 'call'; readonly method: CrowdMethod; readonly values: readonly unknown[] };

export interface SwarmRequest {
  readonly id: number;
  readonly crowd: number;
  readonly order: Order;
}

export type SwarmAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

const WORKER = fileURLToPath(new URL('./swarm-worker.ts', import.meta.url));
const PROGRESS_POLL_MS = 20;

export class Swarm implements AsyncDisposable {
  readonly #processes: readonly SwarmProcess[];
  #lastCrowd = 0;

  private constructor(processes: readonly SwarmProcess[]) {
    this.#processes = processes;
  }

  static create(processes: number): Swarm {
    return new Swarm(Array.from({ length: processes }, () => new SwarmProcess()));
  }

  /** A crowd whose members are distributed over the processes; none is connected yet. */
  async gather(plan: CrowdPlan): Promise<SwarmCrowd> {
    const crowd = ++this.#lastCrowd;
    await Promise.all(
      this.#processes.map((child, process) => {
        const members = plan.members.filter(
          (_, index) => index % this.#processes.length === process,
        );
        return child.ask(crowd, { kind: 'gather', plan: { ...plan, members }, process });
      }),
    );
    const places = new Map(
      plan.members.map(({ writer }, index) => [
        writer,
        this.#processes[index % this.#processes.length] as SwarmProcess,
      ]),
    );
    return new SwarmCrowd({ number: crowd, processes: this.#processes, places });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((child) => child[Symbol.asyncDispose]()));
  }
}

export class SwarmCrowd implements AsyncDisposable {
  readonly #number: number;
  readonly #processes: readonly SwarmProcess[];
  readonly #places: ReadonlyMap<number, SwarmProcess>;

  constructor({
    number,
    processes,
    places,
  }: {
    readonly number: number;
    readonly processes: readonly SwarmProcess[];
    readonly places: ReadonlyMap<number, SwarmProcess>;
  }) {
    this.#number = number;
    this.#processes = processes;
    this.#places = places;
  }

  get size(): number {
    return this.#places.size;
  }

  /** @param writers defaults to everyone. @returns the number connected. */
  async open(writers: readonly number[] | null = null): Promise<number> {
    return sum((await this.#all('open', writers)) as number[]);
  }

  async write(plan: WritePlan): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        const writers = this.#of(child, plan.writers);
        const batchesPerSecond = (plan.batchesPerSecond * writers.length) / plan.writers.length;
        if (writers.length > 0)
          await this.#call(child, 'write', { ...plan, writers, batchesPerSecond });
      }),
    );
  }

  /** @param perSecond rate of all writers together. */
  async writeUpdates(
    updates: ReadonlyMap<number, readonly Uint8Array[]>,
    perSecond: number,
  ): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        const own = new Map([...updates].filter(([writer]) => this.#places.get(writer) === child));
        if (own.size > 0)
          await this.#call(child, 'writeUpdates', own, (perSecond * own.size) / updates.size);
      }),
    );
  }

  async cut(plan: CutPlan): Promise<number> {
    const disconnects = await Promise.all(
      this.#processes.map((child) =>
        this.#call(child, 'cut', { ...plan, members: this.#of(child, plan.members) }),
      ),
    );
    return sum(disconnects as number[]);
  }

  /** @returns milliseconds until the last member was back. */
  async comeBack(): Promise<number> {
    return Math.max(...((await this.#all('comeBack')) as number[]));
  }

  async acknowledged(): Promise<ReadonlyMap<number, number>> {
    const maps = (await this.#all('acknowledged')) as ReadonlyMap<number, number>[];
    return new Map(maps.flatMap((map) => [...map]));
  }

  async stall(writers: readonly number[]): Promise<void> {
    await this.#all('stall', writers);
  }

  async resume(writers: readonly number[]): Promise<void> {
    await this.#all('resume', writers);
  }

  /**
   * Waits until `count` messages are delivered or answered, or for `limitMs`. @returns the final
   * count.
   */
  async until(what: 'delivered' | 'answered', count: number, limitMs: number): Promise<number> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const reached = sum((await this.#all(what)) as number[]);
      if (reached >= count || performance.now() > deadline) return reached;
      await sleep(PROGRESS_POLL_MS);
    }
  }

  /** Discards the samples of the warm-up. */
  async clear(): Promise<void> {
    await this.#all('clear');
  }

  async report(): Promise<CrowdReport> {
    return mergeReports((await this.#all('report')) as CrowdReport[]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all('leave');
  }

  #all(method: CrowdMethod, ...values: readonly unknown[]): Promise<unknown[]> {
    return Promise.all(this.#processes.map((child) => this.#call(child, method, ...values)));
  }

  #call(child: SwarmProcess, method: CrowdMethod, ...values: readonly unknown[]): Promise<unknown> {
    return child.ask(this.#number, { kind: 'call', method, values });
  }

  #of(child: SwarmProcess, writers: readonly number[]): number[] {
    return writers.filter((writer) => this.#places.get(writer) === child);
  }
}

class SwarmProcess implements AsyncDisposable {
  readonly #child: ChildProcess = fork(WORKER, {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  readonly #asked = new Map<number, (answer: SwarmAnswer) => void>();
  #lastId = 0;

  constructor() {
    this.#child.on('message', (answer: SwarmAnswer) => {
      this.#asked.get(answer.id)?.(answer);
      this.#asked.delete(answer.id);
    });
    this.#child.once('exit', (code) => {
      for (const [id, settle] of this.#asked)
        settle({ id, error: `a process of the swarm ended with ${code}` });
    });
  }

  ask(crowd: number, order: Order): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, (answer) =>
        'error' in answer ? reject(new Error(answer.error)) : resolve(answer.value),
      );
      this.#child.send({ id, crowd, order } satisfies SwarmRequest);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
