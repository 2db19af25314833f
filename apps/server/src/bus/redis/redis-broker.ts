/** Publish and subscribe of Redis as a broker: BU20 to BU24. */
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Address, Broker, BrokerListener, BrokerOutcome } from '../broker.ts';
import { BUS_PENDING, BUS_RECONNECT } from '../bus-limits.ts';
import type { DownReason } from '../bus.ts';
import { openRedisLink, type RedisLink } from './redis-link.ts';
import { RedisNames } from './redis-names.ts';
import type { RedisTarget } from './redis-url.ts';

export interface RedisBrokerOptions {
  readonly target: RedisTarget;
  /** PEM of a private authority. */
  readonly ca?: string;
  /** The same in all nodes of a cluster, and in no other one. */
  readonly cluster: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A connection that lasted this long was good: the next attempt follows at once. */
const GOOD_CONNECTION_MS = 5000;
/** How long the last messages of a node may take. */
const CLOSE_LIMIT_MS = 500;
const MAX_PARTIAL_ECHOES = 16;
/** BU24 */
const ROLE_CHECK_INTERVAL_MS = 5000;

export class RedisBroker implements Broker {
  readonly name = 'redis';
  readonly carriesTopics = true;
  readonly #target: RedisTarget;
  readonly #ca: string | undefined;
  readonly #names: RedisNames;
  readonly #clock: Clock;
  readonly #random: () => number;
  #listener: BrokerListener | null = null;
  #node = '';
  #link: RedisLink | null = null;
  #opening: AbortController | null = null;
  #retryTimer: unknown = null;
  #checkTimer: unknown = null;
  #attempt = 0;
  #openedMs = 0;
  #pendingMessages = 0;
  #pendingBytes = 0;
  /** Which primaries have returned an echo. */
  readonly #echoes = new Map<string, Set<string>>();

  constructor({ target, ca, cluster, clock, random }: RedisBrokerOptions) {
    this.#target = target;
    this.#ca = ca;
    this.#names = new RedisNames(cluster);
    this.#clock = clock;
    this.#random = random;
  }

  start(node: string, listener: BrokerListener): void {
    this.#node = node;
    this.#listener = listener;
    void this.#open();
  }

  publish(address: Address, frame: Uint8Array): BrokerOutcome {
    const name =
      address.kind === 'topic'
        ? this.#names.topic(address.topic)
        : this.#names.mailbox(address.node);
    return this.#publish(name, frame);
  }

  announce(frame: Uint8Array): BrokerOutcome {
    return this.#publish(this.#names.announcements, frame);
  }

  echo(frame: Uint8Array): void {
    // Not limited: when nothing is answered, the connection is replaced after a dozen.
    for (const name of this.#echoNames()) void this.#send(this.#link!, name, frame);
  }

  async subscribe(topics: readonly string[]): Promise<boolean> {
    const link = this.#link;
    if (link === null) return false;
    try {
      await link.subscribe(topics.map((topic) => this.#names.topic(topic)));
      return true;
    } catch {
      return false;
    }
  }

  unsubscribe(topic: string): void {
    this.#link?.unsubscribe(this.#names.topic(topic));
  }

  reconnect(reason: DownReason): void {
    const hadLink = this.#link !== null;
    this.#opening?.abort();
    this.#opening = null;
    this.#link?.close();
    this.#link = null;
    this.#echoes.clear();
    this.#clock.clearTimeout(this.#checkTimer);
    if (this.#listener === null) return;
    const isGood = hadLink && this.#clock.monotonicMs() - this.#openedMs >= GOOD_CONNECTION_MS;
    if (isGood) this.#attempt = 0;
    const delayMs = backoffMs(BUS_RECONNECT, this.#attempt++) * (0.5 + this.#random() / 2);
    this.#clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = this.#clock.setTimeout(() => void this.#open(), delayMs);
    this.#listener.onDisconnected(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const link = this.#link;
    this.#listener = null;
    this.#clock.clearTimeout(this.#retryTimer);
    this.#clock.clearTimeout(this.#checkTimer);
    this.#opening?.abort();
    if (link !== null) await this.#withinCloseLimit(this.#whenSent(link));
    this.#link?.close();
    this.#link = null;
  }

  async #open(): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#opening = controller;
    const timer = this.#clock.setTimeout(
      () => controller.abort(new Error(`no answer for ${BUS_RECONNECT.timeoutMs} ms`)),
      BUS_RECONNECT.timeoutMs,
    );
    let link: RedisLink | null = null;
    const listener = {
      onMessage: (channel: string, frame: Uint8Array) => this.#handleMessage(channel, frame),
      onLost: (error: unknown) => {
        // Also while the other connections are still being opened.
        controller.abort(error);
        if (link !== null && link === this.#link) this.reconnect(toReason(error));
      },
    };
    try {
      const options = { target: this.#target, random: this.#random, listener, signal };
      link = await openRedisLink(this.#ca === undefined ? options : { ...options, ca: this.#ca });
      await link.subscribe(this.#ownNames(link));
      signal.throwIfAborted();
    } catch (error) {
      link?.close();
      if (this.#opening !== controller) return;
      const cause: unknown = signal.aborted ? signal.reason : error;
      this.reconnect({ code: 'connect-failed', detail: detailOf(cause) });
      return;
    } finally {
      this.#clock.clearTimeout(timer);
    }
    if (this.#opening !== controller) return link.close();
    this.#opening = null;
    this.#link = link;
    this.#openedMs = this.#clock.monotonicMs();
    this.#setRoleCheck(link);
    this.#listener?.onConnected();
  }

  #setRoleCheck(link: RedisLink): void {
    this.#checkTimer = this.#clock.setTimeout(() => {
      link.checkIsPrimary().then(
        () => link === this.#link && this.#setRoleCheck(link),
        (error: unknown) => link === this.#link && this.reconnect(toReason(error)),
      );
    }, ROLE_CHECK_INTERVAL_MS);
  }

  #ownNames(link: RedisLink): string[] {
    return [
      this.#names.mailbox(this.#node),
      this.#names.announcements,
      ...link.echoPartitions.map((partition) => this.#names.echo(partition, this.#node)),
    ];
  }

  #echoNames(): string[] {
    const partitions = this.#link?.echoPartitions ?? [];
    return partitions.map((partition) => this.#names.echo(partition, this.#node));
  }

  #publish(name: string, frame: Uint8Array): BrokerOutcome {
    if (this.#link === null) return 'down';
    const isFull =
      this.#pendingMessages >= BUS_PENDING.maxMessages ||
      this.#pendingBytes + frame.byteLength > BUS_PENDING.maxBytes;
    if (isFull) return 'full';
    void this.#send(this.#link, name, frame);
    return 'sent';
  }

  async #send(link: RedisLink, name: string, frame: Uint8Array): Promise<void> {
    this.#pendingMessages++;
    this.#pendingBytes += frame.byteLength;
    try {
      await link.publish(name, frame);
    } catch (error) {
      // A server that refuses one message refuses others: it became a replica, or the slot has moved.
      if (link === this.#link) this.reconnect(toReason(error));
    } finally {
      this.#pendingMessages--;
      this.#pendingBytes -= frame.byteLength;
    }
  }

  #handleMessage(channel: string, frame: Uint8Array): void {
    const listener = this.#listener;
    if (listener === null) return;
    const topic = this.#names.topicOf(channel);
    if (topic !== null) listener.onTopic(topic, frame);
    else if (!this.#names.isEcho(channel) || this.#isComplete(channel, frame))
      listener.onMail(frame);
  }

  #isComplete(channel: string, frame: Uint8Array): boolean {
    const needed = this.#link?.echoPartitions.length ?? 1;
    if (needed === 1) return true;
    const key = Buffer.from(frame).toString('latin1');
    const heard = this.#echoes.get(key) ?? new Set();
    heard.add(channel);
    this.#echoes.set(key, heard);
    const isComplete = heard.size === needed;
    if (isComplete) this.#echoes.delete(key);
    const [oldest] = this.#echoes.keys();
    if (this.#echoes.size > MAX_PARTIAL_ECHOES) this.#echoes.delete(oldest!);
    return isComplete;
  }

  /** An answer says that the server has what was sent before. */
  async #whenSent(link: RedisLink): Promise<void> {
    const none = new Uint8Array();
    const names = this.#echoNames();
    await Promise.allSettled(names.map((name) => link.publish(name, none)));
  }

  async #withinCloseLimit(work: Promise<void>): Promise<void> {
    let timer: unknown = null;
    const limit = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, CLOSE_LIMIT_MS);
    });
    await Promise.race([work, limit]);
    this.#clock.clearTimeout(timer);
  }
}

function toReason(error: unknown): DownReason {
  return { code: 'connection-lost', detail: detailOf(error) };
}

/** Refused connections to a name with several addresses have no message. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
