/** The built server on a data folder of its own; supports stop, kill and restart. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { BLOCKED, Proxy } from './proxy.ts';
import { CLUSTER, ClusterProcess } from './cluster-process.ts';
import { ServerProcess } from './server-process.ts';

const BUNDLE = resolve(import.meta.dirname, '../../apps/server/dist');
/** Linux reports processor time in hundredths of a second. */
const CPU_TICK_MS = 10;

export interface ServerOptions {
  /** `{url}` in a value stands for the server's address. */
  readonly env?: Readonly<Record<string, string>>;
}

export class Server implements AsyncDisposable {
  readonly #process: ServerProcess | ClusterProcess;
  readonly #dataDir: string;
  #proxy: Proxy | undefined;

  private constructor(process: ServerProcess | ClusterProcess, dataDir: string) {
    this.#process = process;
    this.#dataDir = dataDir;
  }

  /**
   * Starts a server on an empty data folder and waits until it is ready. Disposal removes the
   * folder.
   */
  static async create({ env = {} }: ServerOptions = {}): Promise<Server> {
    const dataDir = await mkdtemp(join(tmpdir(), 'tandem-e2e-'));
    const process = await (CLUSTER === undefined ? ServerProcess : ClusterProcess).create({
      arguments: ['--enable-source-maps', join(BUNDLE, 'main.js')],
      env: {
        ...inheritedEnvironment(),
        // For the servers of a cluster, too.
        FILES_URL: pathToFileURL(join(dataDir, 'files')).href,
        ...env,
        DATA_DIR: dataDir,
      },
    });
    const server = new Server(process, dataDir);
    try {
      if (BLOCKED) server.#proxy = await Proxy.create(server.port);
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get port(): number {
    return this.#process.port;
  }

  get url(): string {
    return this.#proxy?.url ?? this.directUrl;
  }

  /** The address for programs, which always passes WebSockets. */
  get directUrl(): string {
    return this.#process.url;
  }

  get log(): string {
    return this.#process.log;
  }

  /** Processor time of all threads since the last start; `NaN` where there is no `/proc`. */
  get cpuMs(): number {
    try {
      const stat = readFileSync(`/proc/${this.#process.child?.pid ?? 0}/stat`, 'utf8');
      // The name in parentheses may contain spaces; user and system time are fields 12 and 13
      // after it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * CPU_TICK_MS;
    } catch {
      return Number.NaN;
    }
  }

  async start(): Promise<void> {
    await this.#process.start();
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Beside the running server. @returns the folder of the backup, which disposal removes. */
  async backUp(): Promise<string> {
    const backup = join(this.#backups, 'backup');
    await this.#run('backup', ['--to', backup]);
    return backup;
  }

  /** Deletes everything that the killed server had, and restores the backup. */
  async replaceBy(backup: string): Promise<void> {
    for (const name of await readdir(this.#dataDir))
      await rm(join(this.#dataDir, name), { recursive: true });
    await this.#run('restore', ['--from', backup, '--to', this.#dataDir]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#proxy?.[Symbol.asyncDispose]();
    for (const folder of [this.#dataDir, this.#backups])
      await rm(folder, { recursive: true, force: true });
  }

  get #backups(): string {
    return `${this.#dataDir}-backups`;
  }

  async #run(command: 'backup' | 'restore', parameters: readonly string[]): Promise<void> {
    const FILES_URL = pathToFileURL(join(this.#dataDir, 'files')).href;
    await promisify(execFile)(process.execPath, [join(BUNDLE, `${command}.js`), ...parameters], {
      env: { ...inheritedEnvironment(), FILES_URL, DATA_DIR: this.#dataDir },
    });
  }
}

function inheritedEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
