/** Two connections to one server, one that publishes and one that is subscribed. Lost together, and never resumed: BU22. */
import { createClient } from '@redis/client';
import { BUS_RECONNECT } from '../bus-limits.ts';
import { partitionOf } from './redis-names.ts';
import type { RedisCredentials, ServerAddress } from './redis-url.ts';

export interface RedisAccess {
  readonly isTls: boolean;
  readonly credentials: RedisCredentials;
  /** PEM of a private authority; those of `NODE_EXTRA_CA_CERTS` are known anyway. */
  readonly ca?: string;
}

export interface ConnectionListener {
  onMessage(channel: string, frame: Uint8Array): void;
  onLost(error: unknown): void;
}

export type RedisClient = ReturnType<typeof createClientTo>;

/** Names in one command: a server does nothing else meanwhile. */
const SUBSCRIBE_BATCH = 512;

/**
 * The client ends with the signal, whatever it is doing.
 *
 * @throws what the driver throws
 */
export async function openClient(
  server: ServerAddress,
  access: RedisAccess,
  signal: AbortSignal,
): Promise<RedisClient> {
  signal.throwIfAborted();
  const client = createClientTo(server, access);
  // Errors are thrown here, and later told to the listener of the connection.
  client.on('error', () => undefined);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      client.destroy();
      reject(new Error('aborted'));
    });
  });
  aborted.catch(() => undefined);
  try {
    await Promise.race([client.connect(), aborted]);
    return client;
  } catch (error) {
    client.destroy();
    throw error;
  }
}

function createClientTo({ host, port }: ServerAddress, { isTls, credentials, ca }: RedisAccess) {
  const connectTimeout = BUS_RECONNECT.timeoutMs;
  const socket = { host, port, connectTimeout, reconnectStrategy: false as const };
  return createClient({
    socket: isTls ? { ...socket, tls: true, ...(ca === undefined ? {} : { ca }) } : socket,
    name: 'tandem',
    ...(credentials.username === null ? {} : { username: credentials.username }),
    ...(credentials.password === null ? {} : { password: credentials.password }),
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
}

export class RedisConnection {
  readonly #publisher: RedisClient;
  readonly #subscriber: RedisClient;
  readonly #isSharded: boolean;
  readonly #listener: ConnectionListener;
  #isOpen = true;

  constructor(
    clients: { readonly publisher: RedisClient; readonly subscriber: RedisClient },
    { isSharded, listener }: { readonly isSharded: boolean; readonly listener: ConnectionListener },
  ) {
    this.#publisher = clients.publisher;
    this.#subscriber = clients.subscriber;
    this.#isSharded = isSharded;
    this.#listener = listener;
    for (const client of [this.#publisher, this.#subscriber]) {
      client.on('error', (error: unknown) => this.#lose(error));
      client.on('end', () => this.#lose(new Error('the connection has ended')));
    }
    this.#subscriber.on('sharded-channel-moved', () => this.#lose(new Error('a slot has moved')));
  }

  /** @throws Error when it is not sent, or refused */
  async publish(channel: string, frame: Uint8Array): Promise<void> {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const command = this.#isSharded ? 'SPUBLISH' : 'PUBLISH';
    await this.#publisher.sendCommand([command, channel, bytes]);
  }

  get publisher(): RedisClient {
    return this.#publisher;
  }

  /** @throws Error when one of them is not confirmed */
  async subscribe(channels: readonly string[]): Promise<void> {
    if (!this.#isOpen) throw new Error('the connection is lost');
    const batches = this.#isSharded ? byPartition(channels) : [channels];
    const commands = batches.flatMap(inBatches).map((names) => {
      if (this.#isSharded) return this.#subscriber.sSubscribe(names, this.#onMessage, true);
      return this.#subscriber.subscribe(names, this.#onMessage, true);
    });
    await Promise.all(commands);
  }

  unsubscribe(channel: string): void {
    if (!this.#isOpen) return;
    const command = this.#isSharded
      ? this.#subscriber.sUnsubscribe(channel, this.#onMessage, true)
      : this.#subscriber.unsubscribe(channel, this.#onMessage, true);
    // A connection that is lost has no subscriptions either.
    command?.catch(() => undefined);
  }

  close(): void {
    this.#isOpen = false;
    this.#publisher.destroy();
    this.#subscriber.destroy();
  }

  readonly #onMessage = (frame: Buffer, channel: Buffer): void => {
    if (this.#isOpen) this.#listener.onMessage(channel.toString(), frame);
  };

  #lose(error: unknown): void {
    if (!this.#isOpen) return;
    this.close();
    this.#listener.onLost(error);
  }
}

function inBatches(channels: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let i = 0; i < channels.length; i += SUBSCRIBE_BATCH)
    batches.push(channels.slice(i, i + SUBSCRIBE_BATCH));
  return batches;
}

/** A sharded command names channels of one slot. */
function byPartition(channels: readonly string[]): string[][] {
  const groups = new Map<number, string[]>();
  for (const channel of channels) {
    const partition = partitionOf(channel);
    const group = groups.get(partition);
    if (group === undefined) groups.set(partition, [channel]);
    else group.push(channel);
  }
  return [...groups.values()];
}
