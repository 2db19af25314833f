/** A server process that reports what it has used, through a probe that is loaded before its code. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../harness/server-process.ts';

const PROBE = new URL('./probe.mjs', import.meta.url).href;

/** Freed memory returns to the system a moment after a collection. */
const COLLECTION_SETTLES_MS = 400;

export interface Usage {
  readonly cpuUs: number;
  readonly rss: number;
  readonly heapUsed: number;
  /** The longest block of the main thread's event loop since `watchLoop`. */
  readonly loopDelayMs: number;
  /** Bytes written to disks since the process started; 0 on other systems than Linux. */
  readonly writtenBytes: number;
  /** In the order of their start; empty on other systems than Linux. */
  readonly threads: readonly ThreadUsage[];
}

export interface ThreadUsage {
  readonly id: number;
  readonly name: string;
  readonly cpuUs: number;
  /** How often the thread was blocked and woken. */
  readonly wakeUps: number;
}

/** What a server has used between two moments. */
export type Consumption = Pick<Usage, 'cpuUs' | 'writtenBytes' | 'threads'>;

/** `threads` leaves out those that have ended. */
export function consumption(before: Usage, after: Usage): Consumption {
  const earlier = new Map(before.threads.map((thread) => [thread.id, thread]));
  return {
    cpuUs: after.cpuUs - before.cpuUs,
    writtenBytes: after.writtenBytes - before.writtenBytes,
    threads: after.threads.map((thread) => ({
      ...thread,
      cpuUs: thread.cpuUs - (earlier.get(thread.id)?.cpuUs ?? 0),
      wakeUps: thread.wakeUps - (earlier.get(thread.id)?.wakeUps ?? 0),
    })),
  };
}

export interface MeasuredServerOptions {
  readonly script: string;
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly core?: number | undefined;
}

export class MeasuredServer implements AsyncDisposable {
  readonly #process: ServerProcess;
  readonly #pending = new Map<number, (usage: Usage) => void>();
  #lastId = 0;

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  static async create(options: MeasuredServerOptions): Promise<MeasuredServer> {
    const { script, nodeArguments = [], env = {}, core } = options;
    const server = new MeasuredServer(
      await ServerProcess.create({
        arguments: ['--expose-gc', '--import', PROBE, ...nodeArguments, script],
        env: { PATH: process.env['PATH'], ...env },
        ipc: true,
        core,
      }),
    );
    await server.start();
    return server;
  }

  get port(): number {
    return this.#process.port;
  }

  get url(): string {
    return this.#process.url;
  }

  async start(): Promise<void> {
    await this.#process.start();
    this.#process.child?.on('message', ({ id, ...usage }: Usage & { readonly id: number }) => {
      this.#pending.get(id)?.(usage);
      this.#pending.delete(id);
    });
  }

  usage(): Promise<Usage> {
    return this.#request('usage');
  }

  async usageAtRest(): Promise<Usage> {
    await this.#request('collect');
    await sleep(COLLECTION_SETTLES_MS);
    await this.#request('collect');
    await sleep(COLLECTION_SETTLES_MS);
    return this.usage();
  }

  async watchLoop(): Promise<void> {
    await this.#request('watch-loop');
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  #request(method: 'usage' | 'collect' | 'watch-loop'): Promise<Usage> {
    const { child, log } = this.#process;
    return new Promise((resolve, reject) => {
      if (child === undefined) {
        reject(new Error(`the server has ended:\n${log}`));
        return;
      }
      const id = ++this.#lastId;
      const onExit = () =>
        reject(new Error(`the server ended while it was measured:\n${this.#process.log}`));
      child.once('exit', onExit);
      this.#pending.set(id, (usage) => {
        child.off('exit', onExit);
        resolve(usage);
      });
      child.send({ id, method });
    });
  }
}
