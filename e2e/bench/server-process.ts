/** A measured server: a process with a probe, on a port that stays the same over restarts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, HOST } from '../harness/free-port.ts';

const PROBE = new URL('./probe.mjs', import.meta.url).href;

const READY_LIMIT_MS = 20_000;
const READY_POLL_MS = 20;
const STOP_LIMIT_MS = 35_000;
const MAX_LOG_CHARACTERS = 100_000;
/** Freed memory returns to the system a moment after a collection. */
const COLLECTION_SETTLES_MS = 400;

export interface Usage {
  /** Processor time of all threads so far. */
  readonly cpuUs: number;
  readonly rss: number;
  /** Main thread only, in bytes. */
  readonly heapUsed: number;
  /** The longest block of the main thread's event loop since `watchLoop`. */
  readonly loopDelayMs: number;
}

export interface ServerProcessOptions {
  readonly script: string;
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #options: ServerProcessOptions;
  readonly #answers = new Map<number, (usage: Usage) => void>();
  #child: ChildProcess | undefined;
  #lastId = 0;
  #log = '';

  private constructor(port: number, options: ServerProcessOptions) {
    this.port = port;
    this.#options = options;
  }

  static async create(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), options);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** @throws Error with the end of the output if the process exits or does not listen in time. */
  async start(): Promise<void> {
    const { script, nodeArguments = [], env = {} } = this.#options;
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--import', PROBE, ...nodeArguments, script],
      {
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          HOST,
          ...env,
          PORT: `${this.port}`,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.#child = child;
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => {
      process.off('exit', killWithUs);
      if (this.#child === child) this.#child = undefined;
    });
    child.on('message', ({ id, ...usage }: Usage & { readonly id: number }) => {
      this.#answers.get(id)?.(usage);
      this.#answers.delete(id);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-MAX_LOG_CHARACTERS);
      });
    }
    const deadline = Date.now() + READY_LIMIT_MS;
    while (!(await this.#answersRequests())) {
      if (this.#child !== child || Date.now() > deadline)
        throw new Error(`${script} did not start:\n${this.#log}`);
      await sleep(READY_POLL_MS);
    }
  }

  usage(): Promise<Usage> {
    return this.#ask('usage');
  }

  async usageAtRest(): Promise<Usage> {
    await this.#ask('collect');
    await sleep(COLLECTION_SETTLES_MS);
    await this.#ask('collect');
    await sleep(COLLECTION_SETTLES_MS);
    return this.usage();
  }

  async watchLoop(): Promise<void> {
    await this.#ask('watch-loop');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops the server gracefully, so that it can write its profile. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #ask(method: 'usage' | 'collect' | 'watch-loop'): Promise<Usage> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      if (child === undefined) {
        reject(new Error(`the server has ended:\n${this.#log}`));
        return;
      }
      const id = ++this.#lastId;
      const gone = () => reject(new Error(`the server ended while it was measured:\n${this.#log}`));
      child.once('exit', gone);
      this.#answers.set(id, (usage) => {
        child.off('exit', gone);
        resolve(usage);
      });
      child.send({ id, method });
    });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(late);
  }

  async #answersRequests(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}
