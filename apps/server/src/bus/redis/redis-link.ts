/** Connections to all primaries of a Redis, found by asking it what it is: BU20, BU23, BU24. */
import { PARTITIONS, partitionOf, slotOf } from './redis-names.ts';
import {
  openClient,
  RedisConnection,
  type ConnectionListener,
  type RedisAccess,
  type RedisClient,
} from './redis-connection.ts';
import type { RedisTarget, ServerAddress } from './redis-url.ts';

const OLDEST_MAJOR = 7;

type RedisMode = 'standalone' | 'cluster';

export interface RedisLinkOptions {
  readonly target: RedisTarget;
  readonly ca?: string;
  readonly random: () => number;
  readonly listener: ConnectionListener;
  readonly signal: AbortSignal;
}

export class RedisLink {
  /** A partition of each primary, for its echoes. */
  readonly echoPartitions: readonly number[];
  readonly #connections: readonly RedisConnection[];
  readonly #connectionOf: readonly RedisConnection[];
  readonly #mode: RedisMode;

  /** @param connectionOf one for each partition */
  constructor(mode: RedisMode, connectionOf: readonly RedisConnection[]) {
    this.#mode = mode;
    this.#connectionOf = connectionOf;
    this.#connections = [...new Set(connectionOf)];
    this.echoPartitions = this.#connections.map((connection) => connectionOf.indexOf(connection));
  }

  publish(channel: string, frame: Uint8Array): Promise<void> {
    return this.#connectionOf[partitionOf(channel)]!.publish(channel, frame);
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    const byConnection = this.#connections.map((connection) => {
      const own = channels.filter((name) => this.#connectionOf[partitionOf(name)] === connection);
      return connection.subscribe(own);
    });
    await Promise.all(byConnection);
  }

  unsubscribe(channel: string): void {
    this.#connectionOf[partitionOf(channel)]!.unsubscribe(channel);
  }

  /**
   * A primary that has become a replica may keep its connections, and then works for its own nodes only. In a Cluster it
   * answers with the new place instead.
   *
   * @throws Error when it is one
   */
  async checkIsPrimary(): Promise<void> {
    if (this.#mode === 'standalone') await refuseReplica(this.#connections[0]!.publisher);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** @throws Error with what is wrong, for operators */
export async function openRedisLink(options: RedisLinkOptions): Promise<RedisLink> {
  const { target, random } = options;
  const start = Math.floor(random() * target.servers.length);
  let firstError: unknown = null;
  for (let i = 0; i < target.servers.length; i++) {
    const server = target.servers[(start + i) % target.servers.length]!;
    try {
      return await openThrough(server, options);
    } catch (error) {
      firstError ??= error;
      options.signal.throwIfAborted();
    }
  }
  throw firstError;
}

async function openThrough(server: ServerAddress, options: RedisLinkOptions): Promise<RedisLink> {
  const { target, ca, signal } = options;
  const access = { isTls: target.isTls, ...(ca === undefined ? {} : { ca }) };
  const toServers = { ...access, credentials: target.credentials };
  let primary = server;
  if (target.sentinel !== null) {
    const toSentinels = { ...access, credentials: target.sentinel.credentials };
    const sentinel = await openClient(server, toSentinels, signal);
    try {
      primary = await primaryOf(sentinel, target.sentinel.primary);
    } finally {
      sentinel.destroy();
    }
  }
  const client = await openClient(primary, toServers, signal);
  try {
    if ((await checkedMode(client)) === 'standalone') {
      const connection = await openConnection(primary, toServers, {
        ...options,
        isSharded: false,
      });
      return new RedisLink(
        'standalone',
        Array.from({ length: PARTITIONS }, () => connection),
      );
    }
    return await openCluster(client, { ...options, seed: primary, access: toServers });
  } finally {
    client.destroy();
  }
}

async function primaryOf(sentinel: RedisClient, name: string): Promise<ServerAddress> {
  const reply = await sentinel.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
  if (!Array.isArray(reply)) throw new Error(`the sentinel knows no primary ${name}`);
  return { host: String(reply[0]), port: Number(reply[1]) };
}

/** @throws Error for a server that cannot carry the bus */
async function checkedMode(client: RedisClient): Promise<RedisMode> {
  const server = await info(client, 'server');
  const version = server.get('valkey_version') ?? server.get('redis_version');
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST_MAJOR)
    throw new Error(`it is version ${version}, and ${OLDEST_MAJOR} is needed`);
  const mode = server.get('redis_mode') ?? server.get('server_mode');
  if (mode === 'sentinel') throw new Error('it is a sentinel: use redis+sentinel://');
  if (mode === 'cluster') return 'cluster';
  await refuseReplica(client);
  return 'standalone';
}

/** What is published at a replica stays there. */
async function refuseReplica(client: RedisClient): Promise<void> {
  const replication = await info(client, 'replication');
  if (replication.get('role') === 'slave') throw new Error('it is a replica');
}

/** Empty where the user may not ask. */
async function info(client: RedisClient, section: string): Promise<Map<string, string>> {
  const reply = await client.info(section).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return '';
    throw error;
  });
  const lines = reply.split('\r\n');
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

interface ClusterOptions extends RedisLinkOptions {
  readonly seed: ServerAddress;
  readonly access: RedisAccess;
}

async function openCluster(client: RedisClient, options: ClusterOptions): Promise<RedisLink> {
  const primaries = await primariesOf(client, options.seed);
  const connections = new Map<string, RedisConnection>();
  try {
    const names = Array.from({ length: PARTITIONS }, (_, partition) => {
      const server = primaries.get(slotOf(partition));
      if (server === undefined) throw new Error('the Cluster does not cover all slots');
      return server;
    });
    for (const server of names) {
      const key = `${server.host} ${server.port}`;
      if (connections.has(key)) continue;
      const connection = await openConnection(server, options.access, {
        ...options,
        isSharded: true,
      });
      connections.set(key, connection);
    }
    return new RedisLink(
      'cluster',
      names.map(({ host, port }) => connections.get(`${host} ${port}`)!),
    );
  } catch (error) {
    for (const connection of connections.values()) connection.close();
    throw error;
  }
}

/** The primary of each slot that has one. */
async function primariesOf(
  client: RedisClient,
  seed: ServerAddress,
): Promise<Map<number, ServerAddress>> {
  const reply = await client.sendCommand(['CLUSTER', 'SLOTS']);
  const ranges = reply as unknown as [from: number, to: number, primary: [string | null, number]][];
  const primaries = new Map<number, ServerAddress>();
  for (const [from, to, [host, port]] of ranges) {
    // A server that does not know its own address leaves it out.
    const server = { host: host === null || host === '' ? seed.host : String(host), port };
    for (let slot = from; slot <= to; slot++) primaries.set(slot, server);
  }
  return primaries;
}

async function openConnection(
  server: ServerAddress,
  access: RedisAccess,
  options: RedisLinkOptions & { readonly isSharded: boolean },
): Promise<RedisConnection> {
  const publisher = await openClient(server, access, options.signal);
  try {
    const subscriber = await openClient(server, access, options.signal);
    return new RedisConnection({ publisher, subscriber }, options);
  } catch (error) {
    publisher.destroy();
    throw error;
  }
}
