/** The built server as a child process on a separate port; supports stop, kill and restart. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BLOCKED, Proxy } from './proxy.ts';
import { freePort, HOST } from './free-port.ts';

const BUNDLE = resolve(import.meta.dirname, '../../apps/server/dist/main.js');

const READY_LIMIT_MS = 20_000;
const READY_POLL_MS = 25;
/** The server exits at most 30 s after SIGTERM. */
const STOP_LIMIT_MS = 35_000;
const MAX_LOG_CHARACTERS = 1_000_000;

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
}

export class Server implements AsyncDisposable {
  readonly port: number;
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #front: Proxy | undefined;
  #log = '';

  private constructor(port: number, dataDir: string, env: Readonly<Record<string, string>>) {
    this.port = port;
    this.dataDir = dataDir;
    this.#env = env;
  }

  /**
   * Starts a server on an empty data folder and waits until it is ready. Disposal removes the
   * folder.
   */
  static async create(options: ServerOptions = {}): Promise<Server> {
    const dataDir = await mkdtemp(join(tmpdir(), 'tandem-e2e-'));
    const server = new Server(await freePort(), dataDir, options.env ?? {});
    try {
      if (BLOCKED) server.#front = await Proxy.create(server.port);
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get url(): string {
    return this.#front?.url ?? this.directUrl;
  }

  /** The address for programs, which always passes WebSockets. */
  get directUrl(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** The output of all starts; at most the last million characters. */
  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** @throws Error with the end of the log if the server exits or is not ready in time. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('the server is already running');
    const child = spawn(process.execPath, ['--enable-source-maps', BUNDLE], {
      env: {
        ...inherited(),
        NODE_ENV: 'production',
        ...this.#env,
        PORT: String(this.port),
        HOST,
        DATA_DIR: this.dataDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => {
      process.off('exit', killWithUs);
      if (this.#child === child) this.#child = undefined;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-MAX_LOG_CHARACTERS);
      });
    }
    await this.#untilReady(child);
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
    await this.#front?.[Symbol.asyncDispose]();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    const [, endedBy] = (await exited) as [number | null, NodeJS.Signals | null];
    clearTimeout(late);
    if (signal === 'SIGTERM' && endedBy === 'SIGKILL') {
      throw new Error(`the server did not end within ${STOP_LIMIT_MS} ms of SIGTERM`);
    }
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MS;
    while (Date.now() < deadline) {
      if (this.#child !== child) throw new Error(`the server ended at its start:\n${this.#tail()}`);
      if (await answers(`${this.url}/readyz`)) return;
      await sleep(READY_POLL_MS);
    }
    throw new Error(`the server was not ready in ${READY_LIMIT_MS} ms:\n${this.#tail()}`);
  }

  #tail(): string {
    return this.#log.split('\n').slice(-30).join('\n');
  }
}

/** The environment without variables that configure the server. */
function inherited(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
