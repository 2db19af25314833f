/** A real Redis or Valkey as a process of its own, for tests that kill it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@redis/client';
import { findProgram, canConnect, freePort } from '../programs.ts';
import { temporaryFolder, type AtEnd } from '../running-server.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const START_LIMIT_MS = 15_000;

export const redisProgram = await findProgram({ name: 'redis-server', package: 'redis-server' });

/** For what an operator does, and to see what the server sees. */
type AdminClient = ReturnType<typeof createAdmin>;

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  readonly #sentinelFile: string | null;
  #child: ChildProcess;
  #admin: AdminClient | null = null;

  private constructor(
    place: { readonly port: number; readonly folder: string },
    options: readonly string[],
    sentinelFile: string | null,
  ) {
    this.port = place.port;
    this.#folder = place.folder;
    this.#options = options;
    this.#sentinelFile = sentinelFile;
    this.#child = this.#spawn();
  }

  /** @param options as on the command line, such as `--requirepass secret` */
  static async start(
    atEnd: AtEnd,
    options: readonly string[] = [],
    { sentinelFile = null }: { readonly sentinelFile?: string | null } = {},
  ): Promise<RedisServer> {
    const place = { port: await freePort(), folder: await temporaryFolder(atEnd) };
    const server = new RedisServer(place, options, sentinelFile);
    atEnd(() => server.kill());
    await server.#whenListening();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async command(...words: readonly string[]): Promise<unknown> {
    this.#admin ??= await createAdmin(this.port, this.#password).connect();
    return await this.#admin.sendCommand([...words]);
  }

  async kill(): Promise<void> {
    this.#admin?.destroy();
    this.#admin = null;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#whenListening();
  }

  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  continue(): void {
    this.#child.kill('SIGCONT');
  }

  get #password(): string | undefined {
    const at = this.#options.indexOf('--requirepass');
    return at === -1 ? undefined : this.#options[at + 1];
  }

  #spawn(): ChildProcess {
    const place = ['--bind', '127.0.0.1', '--dir', this.#folder, '--port', String(this.port)];
    const kind =
      this.#sentinelFile === null
        ? [...place, '--save', '', '--appendonly', 'no']
        : [this.#sentinelFile, '--sentinel', ...place];
    return spawn(redisProgram!, [...kind, ...this.#options], { stdio: 'ignore' });
  }

  async #whenListening(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (!(await canConnect(this.port))) {
      if (Date.now() > end || this.#child.exitCode !== null)
        throw new Error(`redis-server does not listen: ${this.#options.join(' ')}`);
      await sleep(10);
    }
  }
}

function createAdmin(port: number, password: string | undefined) {
  const client = createClient({
    socket: { host: '127.0.0.1', port },
    ...(password === undefined ? {} : { password }),
  });
  // The server is killed on purpose.
  client.on('error', () => undefined);
  return client;
}
