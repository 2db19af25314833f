/** The built server as a separate process: started on a free port, and killed at will. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { createDatabase } from '../src/storage/testing/postgres-server.ts';

const READY_LIMIT_MS = 30_000;
/** Matches JSON logs, and the readable ones of development. */
const READY = /"port":(\d+),"msg":"Tandem is ready|Tandem is ready: http:\/\/[^"]*:(\d+)/;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface ProcessOptions {
  readonly maxFileKib?: number;
  /** A user id: the user who runs the tests may be root, who bypasses permissions. */
  readonly user?: number;
  /** Of another build; without it, of this one. */
  readonly bundle?: string;
}

/** A server, or what leads to one. */
export type Reachable = Pick<RunningServer, 'url' | 'socketUrl'>;

/** `onTestFinished`, or `atEndOfFile()` for resources that several tests share. */
export type AtEnd = (run: () => void | Promise<void>) => void;

export async function temporaryFolder(atEnd: AtEnd = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export class RunningServer {
  readonly dataDir: string;
  /** Null with SQLite, whose file is in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly port: number;
  readonly #environment: Record<string, string>;
  readonly #child: ChildProcess;
  #output: string;

  private constructor(
    child: ChildProcess,
    options: {
      dataDir: string;
      databaseUrl: string | null;
      port: number;
      environment: Record<string, string>;
      output: string;
    },
  ) {
    this.#child = child;
    this.dataDir = options.dataDir;
    this.databaseUrl = options.databaseUrl;
    this.port = options.port;
    this.#environment = options.environment;
    this.#output = options.output;
    child.stdout?.on('data', (data: Buffer) => (this.#output += data.toString()));
  }

  static async start(
    environment: Record<string, string> = {},
    atEnd: AtEnd = onTestFinished,
    options: ProcessOptions = {},
  ): Promise<RunningServer> {
    const dataDir = environment['DATA_DIR'] ?? (await temporaryFolder(atEnd));
    const database = await databaseOf(dataDir);
    const child = spawnServer({ ...database, ...environment, DATA_DIR: dataDir }, options);
    atEnd(() => void child.kill('SIGKILL'));
    let output = '';
    const port = await new Promise<number>((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`not ready in time:\n${output}`)),
        READY_LIMIT_MS,
      );
      const read = (data: Buffer): void => {
        output += data.toString();
        const ready = READY.exec(output);
        if (ready === null) return;
        clearTimeout(limit);
        child.stdout?.off('data', read);
        resolve(Number(ready[1] ?? ready[2]));
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
      child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
    });
    const databaseUrl = environment['DATABASE_URL'] ?? database['DATABASE_URL'] ?? null;
    return new RunningServer(child, { dataDir, databaseUrl, port, environment, output });
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://localhost:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get output(): string {
    return this.#output;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Until `continue`. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  continue(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (!this.alive) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  /**
   * Another process on the same folder and port. @param options for the lifetime of that process.
   */
  async restart(options: ProcessOptions = {}): Promise<RunningServer> {
    const environment = { ...this.#environment, DATA_DIR: this.dataDir, PORT: String(this.port) };
    return await RunningServer.start(environment, onTestFinished, options);
  }
}

const databases = new Map<string, Promise<string>>();

/** In the tests with Postgres, a database for each folder, so that a restarted server finds its own. */
async function databaseOf(dataDir: string): Promise<Record<string, string>> {
  const folder = process.env['TEST_DATABASE'] === 'postgres' ? inject('postgres') : null;
  if (folder === null) return {};
  let url = databases.get(dataDir);
  if (url === undefined) databases.set(dataDir, (url = createDatabase(folder)));
  return { DATABASE_URL: await url };
}

/** Runs the server until it exits by itself, as after a failed start. */
export async function runToEnd(
  environment: Record<string, string>,
  options: ProcessOptions = {},
): Promise<Ended> {
  const child = spawnServer(environment, options);
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  await once(child, 'close');
  return { code: child.exitCode, output };
}

function spawnServer(
  environment: Record<string, string>,
  { maxFileKib, user, bundle = inject('bundle') }: ProcessOptions = {},
): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const command = [process.execPath, '--enable-source-maps', join(bundle, 'main.js')];
  // The limit's signal would kill the process; with the signal ignored, the write fails.
  const limited =
    maxFileKib === undefined
      ? command
      : ['bash', '-c', `trap '' XFSZ; ulimit -f ${maxFileKib}; exec "$@"`, 'bash', ...command];
  return spawn(limited[0] as string, limited.slice(1), {
    env: {
      PATH,
      HOME,
      PORT: '0',
      ALLOW_ADHOC_DOCUMENTS: 'true',
      LOG_LEVEL: 'debug',
      SELF_PROBE: 'off',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
}
