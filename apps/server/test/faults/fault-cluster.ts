/** A cluster of real processes whose every link can be broken: Postgres, Redis, nodes, and a balancer. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { SeededRandom } from '@tandem/testkit';
import { PostgresServer } from '../../src/storage/testing/postgres-server.ts';
import { PostgresLink } from '../postgres/postgres-link.ts';
import { RedisServer } from '../bus/redis-server.ts';
import { eventually } from '../eventually.ts';
import { Link } from '../link.ts';
import {
  RunningServer,
  type AtEnd,
  type ProcessOptions,
  type Reachable,
} from '../running-server.ts';

const NODES = 3;
const READY_LIMIT_MS = 20_000;
const START_LIMIT_MS = 30_000;
const START_AGAIN_MS = 200;
const execute = promisify(execFile);

export interface FaultClusterOptions {
  readonly random: SeededRandom;
  /** Of a disk of its own for Postgres; null for a folder on the usual one. */
  readonly diskMib: number | null;
  /** Where a program that is no test has the server. */
  readonly bundle?: string;
}

export class ClusterNode {
  readonly toPostgres: Link;
  readonly toRedis: Link;
  readonly #environment: Record<string, string>;
  readonly #atEnd: AtEnd;
  readonly #process: ProcessOptions;
  #server: RunningServer | null = null;
  #port: number | null = null;

  constructor(options: {
    readonly toPostgres: Link;
    readonly toRedis: Link;
    readonly environment: Record<string, string>;
    readonly atEnd: AtEnd;
    readonly process: ProcessOptions;
  }) {
    this.toPostgres = options.toPostgres;
    this.toRedis = options.toRedis;
    this.#environment = options.environment;
    this.#atEnd = options.atEnd;
    this.#process = options.process;
  }

  get server(): RunningServer {
    if (this.#server === null) throw new Error('the node was not started');
    return this.#server;
  }

  get port(): number | null {
    return this.#port;
  }

  /** @param environment for this life of the node */
  async start(environment: Record<string, string> = {}): Promise<void> {
    const port = this.#port === null ? {} : { PORT: String(this.#port) };
    const settings = { ...this.#environment, ...port, ...environment };
    // A server that cannot start ends; a supervisor would start it again.
    this.#server = await retry(() => RunningServer.start(settings, this.#atEnd, this.#process));
    this.#port = this.#server.port;
  }

  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#server?.kill(signal);
  }
}

export class FaultCluster implements AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly databaseUrl: string;
  readonly folder: string;
  readonly nodes: ClusterNode[] = [];
  readonly #ends: (() => void | Promise<void>)[];
  readonly #random: SeededRandom;
  readonly #process: ProcessOptions;
  #balancer: Link | null = null;
  #turn = 0;

  private constructor(parts: {
    readonly postgres: PostgresServer;
    readonly redis: RedisServer;
    readonly databaseUrl: string;
    readonly folder: string;
    readonly ends: (() => void | Promise<void>)[];
    readonly random: SeededRandom;
    readonly process: ProcessOptions;
  }) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.databaseUrl = parts.databaseUrl;
    this.folder = parts.folder;
    this.#ends = parts.ends;
    this.#random = parts.random;
    this.#process = parts.process;
  }

  static async start({ random, diskMib, bundle }: FaultClusterOptions): Promise<FaultCluster> {
    const ends: (() => void | Promise<void>)[] = [];
    const folder = await mkdtemp(join(tmpdir(), 'tandem-faults-'));
    ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    if (diskMib !== null) {
      await execute('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m,mode=755`, 'tmpfs', folder]);
      ends.push(async () => void (await execute('umount', ['-l', folder])));
    }
    // The user of Postgres passes through it.
    await chmod(folder, 0o755);
    const postgres = await PostgresServer.start(folder);
    ends.push(() => postgres[Symbol.asyncDispose]());
    const redis = await RedisServer.start((run) => ends.push(run));
    const databaseUrl = await postgres.createDatabase();
    const process = bundle === undefined ? {} : { bundle };
    const cluster = new FaultCluster({
      postgres,
      redis,
      databaseUrl,
      folder,
      ends,
      random,
      process,
    });
    cluster.#balancer = await Link.start({
      random: () => random.next(),
      targets: () => cluster.#nextTargets(),
    });
    ends.push(() => cluster.#balancer?.[Symbol.asyncDispose]());
    // The first one creates the tables.
    for (let at = 0; at < NODES; at++) await cluster.addNode();
    await cluster.connected();
    return cluster;
  }

  /** The balancer. */
  get front(): Reachable {
    const port = this.#balancer?.port;
    return { url: `http://localhost:${port}`, socketUrl: `ws://localhost:${port}` };
  }

  async addNode(): Promise<ClusterNode> {
    const random = () => this.#random.next();
    const toPostgres = await PostgresLink.start(this.postgres.folder, { random });
    const toRedis = await Link.start({
      random,
      targets: () => [{ port: this.redis.port }],
    });
    this.#ends.push(() => toPostgres[Symbol.asyncDispose]());
    this.#ends.push(() => toRedis[Symbol.asyncDispose]());
    const node = new ClusterNode({
      toPostgres: toPostgres.link,
      toRedis,
      atEnd: (run) => this.#ends.push(run),
      process: this.#process,
      environment: {
        DATABASE_URL: toPostgres.through(this.databaseUrl),
        REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
        DATA_DIR: join(this.folder, `data-${this.nodes.length}`),
        ENGINE_WORKERS: '1',
        LOG_LEVEL: 'info',
      },
    });
    await node.start();
    this.nodes.push(node);
    return node;
  }

  async removeNode(node: ClusterNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.stop('SIGTERM');
  }

  /** Every node has a working bus. */
  async connected(): Promise<void> {
    const isConnected = ({ server }: ClusterNode) =>
      server.output.includes('connected to other nodes through Redis');
    await eventually(
      'all nodes are connected',
      () => this.nodes.every(isConnected),
      READY_LIMIT_MS,
    );
  }

  /** After any end. What backends of an earlier life still hold is waited for. */
  async startPostgres(): Promise<void> {
    await retry(() => this.postgres.run());
  }

  /** Directly, not over a link. */
  async query<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const client = new Client({ connectionString: this.databaseUrl, application_name: 'operator' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows as R[];
    } finally {
      await client.end();
    }
  }

  /** Of Postgres, without its first process. */
  async postgresProcesses(): Promise<number[]> {
    const parent = this.postgres.process?.pid;
    const found: number[] = [];
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
      // The name, in parentheses, may hold blanks.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(fields[1]) === parent) found.push(Number(entry));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
  }

  #nextTargets(): { readonly port: number }[] {
    const turn = this.#turn++;
    const { nodes } = this;
    return nodes.flatMap((_, at) => {
      const port = nodes[(turn + at) % nodes.length]?.port ?? null;
      return port === null ? [] : [{ port }];
    });
  }
}

async function retry<T>(start: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(START_AGAIN_MS);
    }
  }
}
