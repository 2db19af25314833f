/** Many clients on one machine: groups of them spread over processes, controlled from here. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ClientGroup,
  ClientGroupPlan,
  CursorPlan,
  DisconnectPlan,
  WritePlan,
} from './client-group.ts';
import { mergeReports, type GroupReport } from './totals.ts';

export type GroupMethod = Exclude<keyof ClientGroup, symbol>;
type Result<M extends GroupMethod> = Awaited<ReturnType<ClientGroup[M]>>;

type GroupCommand =
  | { readonly kind: 'create'; readonly plan: ClientGroupPlan; readonly process: number }
  | { readonly kind: 'call'; readonly method: GroupMethod; readonly values: readonly unknown[] };

export interface SwarmRequest {
  readonly id: number;
  readonly group: number;
  readonly command: GroupCommand;
}

export type SwarmResponse =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

const WORKER = fileURLToPath(new URL('./swarm-worker.ts', import.meta.url));
const PROGRESS_POLL_MS = 20;

export class Swarm implements AsyncDisposable {
  readonly #processes: readonly SwarmProcess[];
  #lastGroup = 0;

  private constructor(processes: readonly SwarmProcess[]) {
    this.#processes = processes;
  }

  static create(processes: number): Swarm {
    return new Swarm(Array.from({ length: processes }, () => new SwarmProcess()));
  }

  async createGroup(plan: ClientGroupPlan): Promise<SwarmGroup> {
    const group = ++this.#lastGroup;
    await Promise.all(
      this.#processes.map((child, process) => {
        const clients = plan.clients.filter(
          (_, index) => index % this.#processes.length === process,
        );
        return child.request(group, { kind: 'create', plan: { ...plan, clients }, process });
      }),
    );
    const processOf = new Map(
      plan.clients.map(({ writer }, index) => [
        writer,
        this.#processes[index % this.#processes.length] as SwarmProcess,
      ]),
    );
    return new SwarmGroup({ number: group, processes: this.#processes, processOf });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((child) => child[Symbol.asyncDispose]()));
  }
}

export class SwarmGroup implements AsyncDisposable {
  readonly #number: number;
  readonly #processes: readonly SwarmProcess[];
  readonly #processOf: ReadonlyMap<number, SwarmProcess>;

  constructor({
    number,
    processes,
    processOf,
  }: {
    readonly number: number;
    readonly processes: readonly SwarmProcess[];
    readonly processOf: ReadonlyMap<number, SwarmProcess>;
  }) {
    this.#number = number;
    this.#processes = processes;
    this.#processOf = processOf;
  }

  get size(): number {
    return this.#processOf.size;
  }

  async open(writers: readonly number[] | null = null): Promise<number> {
    return sum(await this.#all('open', writers));
  }

  async write(plan: WritePlan): Promise<void> {
    await Promise.all(
      this.#processes.map(async (child) => {
        const writers = this.#writersOf(child, plan.writers);
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
        const own = new Map(
          [...updates].filter(([writer]) => this.#processOf.get(writer) === child),
        );
        if (own.size > 0)
          await this.#call(child, 'writeUpdates', own, (perSecond * own.size) / updates.size);
      }),
    );
  }

  async moveCursors(plan: CursorPlan): Promise<void> {
    await Promise.all(
      this.#processes.map((child) =>
        this.#call(child, 'moveCursors', {
          ...plan,
          writers: this.#writersOf(child, plan.writers),
        }),
      ),
    );
  }

  async disconnect(plan: DisconnectPlan): Promise<number> {
    const disconnects = await Promise.all(
      this.#processes.map((child) =>
        this.#call(child, 'disconnect', { ...plan, writers: this.#writersOf(child, plan.writers) }),
      ),
    );
    return sum(disconnects);
  }

  async reconnectAll(): Promise<number> {
    return Math.max(...(await this.#all('reconnectAll')));
  }

  async acknowledged(): Promise<ReadonlyMap<number, number>> {
    const maps = await this.#all('acknowledged');
    return new Map(maps.flatMap((map) => [...map]));
  }

  async stall(writers: readonly number[]): Promise<void> {
    await this.#all('stall', writers);
  }

  async resume(writers: readonly number[]): Promise<void> {
    await this.#all('resume', writers);
  }

  async waitFor(what: 'delivered' | 'answered', count: number, limitMs: number): Promise<number> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const reached = sum(await this.#all(`${what}Count`));
      if (reached >= count || performance.now() > deadline) return reached;
      await sleep(PROGRESS_POLL_MS);
    }
  }

  async clearSamples(): Promise<void> {
    await this.#all('clearSamples');
  }

  async report(): Promise<GroupReport> {
    return mergeReports(await this.#all('report'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all('close');
  }

  #all<M extends GroupMethod>(
    method: M,
    ...values: Parameters<ClientGroup[M]>
  ): Promise<Result<M>[]> {
    return Promise.all(this.#processes.map((child) => this.#call(child, method, ...values)));
  }

  #call<M extends GroupMethod>(
    child: SwarmProcess,
    method: M,
    ...values: Parameters<ClientGroup[M]>
  ): Promise<Result<M>> {
    return child.request(this.#number, { kind: 'call', method, values }) as Promise<Result<M>>;
  }

  #writersOf(child: SwarmProcess, writers: readonly number[]): number[] {
    return writers.filter((writer) => this.#processOf.get(writer) === child);
  }
}

class SwarmProcess implements AsyncDisposable {
  readonly #child: ChildProcess = fork(WORKER, {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  readonly #pending = new Map<number, (answer: SwarmResponse) => void>();
  #lastId = 0;

  constructor() {
    this.#child.on('message', (answer: SwarmResponse) => {
      this.#pending.get(answer.id)?.(answer);
      this.#pending.delete(answer.id);
    });
    this.#child.once('exit', (code) => {
      for (const [id, settle] of this.#pending)
        settle({ id, error: `a process of the swarm ended with ${code}` });
    });
  }

  request(group: number, command: GroupCommand): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, (answer) =>
        'error' in answer ? reject(new Error(answer.error)) : resolve(answer.value),
      );
      this.#child.send({ id, group, command } satisfies SwarmRequest);
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
