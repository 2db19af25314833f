/** A server as a child process, on a port that stays the same over restarts. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export const HOST = '127.0.0.1';

// Below the range of ephemeral ports (from 32768 on Linux), so that no other process gets the port
// while the server is down.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const PORT_TRIES = 50;

const READY_LIMIT_MS = 60_000;
const READY_POLL_MS = 20;
/** The product exits at most 30 s after SIGTERM. */
const STOP_LIMIT_MS = 35_000;
const MAX_LOG_CHARACTERS = 1_000_000;

export interface ServerProcessOptions {
  readonly arguments: readonly string[];
  /** Replaces the environment of this process. `HOST` and `PORT` are added. */
  readonly env: NodeJS.ProcessEnv;
  readonly ipc?: boolean;
  /** The only core that the process may use; Linux only. */
  readonly core?: number | undefined;
}

export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;
  #log = '';

  private constructor(port: number, options: ServerProcessOptions) {
    this.port = port;
    this.#options = options;
  }

  static async create(options: ServerProcessOptions): Promise<ServerProcess> {
    return new ServerProcess(await freePort(), options);
  }

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  get child(): ChildProcess | undefined {
    return this.#child;
  }

  get log(): string {
    return this.#log;
  }

  /** @throws Error with the end of the log if the server exits or is not ready in time. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('the server is already running');
    const { arguments: args, env, ipc = false, core } = this.#options;
    const command = [process.execPath, ...args];
    if (core !== undefined) command.unshift('taskset', '--cpu-list', String(core));
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, {
      env: { NODE_ENV: 'production', ...withAddress(env, this.url), HOST, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc' as const] : [])],
    });
    this.#child = child;
    const killOnExit = () => child.kill('SIGKILL');
    process.once('exit', killOnExit);
    child.once('exit', () => {
      process.off('exit', killOnExit);
      if (this.#child === child) this.#child = undefined;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-MAX_LOG_CHARACTERS);
      });
    }
    await this.#waitUntilReady(child);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** @throws Error if the server does not exit in time; it is then killed. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timeout = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    const [, endedBy] = (await exited) as [number | null, NodeJS.Signals | null];
    clearTimeout(timeout);
    if (signal === 'SIGTERM' && endedBy === 'SIGKILL')
      throw new Error(`the server did not end within ${STOP_LIMIT_MS} ms of SIGTERM`);
  }

  async #waitUntilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MS;
    while (Date.now() < deadline) {
      if (this.#child !== child) throw new Error(`the server ended at its start:\n${this.#tail()}`);
      if (await isReady(`${this.url}/readyz`)) return;
      await sleep(READY_POLL_MS);
    }
    throw new Error(`the server was not ready in ${READY_LIMIT_MS} ms:\n${this.#tail()}`);
  }

  #tail(): string {
    return this.#log.split('\n').slice(-30).join('\n');
  }
}

/** `{url}` in a value stands for the address that people use. */
export function withAddress(env: NodeJS.ProcessEnv, url: string): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value?.replaceAll('{url}', url)]),
  );
}

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port found in ${PORT_TRIES} tries`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
