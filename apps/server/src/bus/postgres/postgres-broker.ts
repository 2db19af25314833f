/** Mailboxes through tables of Postgres that every node polls, the slow way when Redis is gone: BU30 to BU32. */
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Address, Broker, BrokerListener, BrokerOutcome } from '../broker.ts';
import { BUS_RECONNECT } from '../bus-limits.ts';
import type { DownReason } from '../bus.ts';
import { MailQueue } from './mail-queue.ts';
import {
  ANNOUNCE,
  ARE_TABLES_THERE,
  CLEAN,
  CREATE_TABLES,
  READ,
  READ_LIMIT,
  WRITE,
} from './relay-tables.ts';

/** What this adapter needs of a pool, which its owner closes. `bytea` is read as bytes. */
export interface RelayDatabase {
  query<R extends object>(query: {
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<{ readonly rows: readonly R[] }>;
}

export interface PostgresBrokerOptions {
  readonly database: RelayDatabase;
  /** Differs from that of every other process, such as the boot. */
  readonly instance: string;
  readonly clock: Clock;
  readonly random: () => number;
}

interface ReadRow {
  readonly instance: string | null;
  readonly version: string;
  readonly frame: Uint8Array;
}

/** BU32 */
const WRITE_INTERVAL_MS = 50;
const CLOSE_LIMIT_MS = 500;
/** Each node cleans up after this many announcements, about ten seconds. */
const ANNOUNCEMENTS_PER_CLEANING = 5;

export class PostgresBroker implements Broker {
  readonly name = 'postgres';
  readonly carriesTopics = false;
  readonly #database: RelayDatabase;
  readonly #instance: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #queue = new MailQueue();
  /** The newest announcement that was read of each process. */
  readonly #versions = new Map<string, string>();
  #listener: BrokerListener | null = null;
  #node = '';
  /** Changes with each connection, so that answers to an earlier one prove nothing. */
  #connection = 0;
  #isConnected = false;
  #attempt = 0;
  #retryTimer: unknown = null;
  #isReading = false;
  #writing: Promise<void> | null = null;
  #announcing: Promise<void> | null = null;
  /** The newest; earlier ones that were not written are outdated. */
  #announcement: Uint8Array | null = null;
  #announcements = 0;

  constructor({ database, instance, clock, random }: PostgresBrokerOptions) {
    this.#database = database;
    this.#instance = instance;
    this.#clock = clock;
    this.#random = random;
  }

  start(node: string, listener: BrokerListener): void {
    this.#node = node;
    this.#listener = listener;
    void this.#connect();
  }

  publish(address: Address, frame: Uint8Array): BrokerOutcome {
    if (!this.#isConnected || address.kind === 'topic') return 'down';
    if (!this.#queue.push(address.node, frame)) return 'full';
    this.#writing ??= this.#write();
    return 'sent';
  }

  announce(frame: Uint8Array): BrokerOutcome {
    if (!this.#isConnected) return 'down';
    this.#announcement = frame;
    this.#announcing ??= this.#announce();
    return 'sent';
  }

  /** Reading is the proof that Postgres answers. */
  echo(frame: Uint8Array): void {
    if (this.#isConnected && !this.#isReading) void this.#read(frame);
  }

  subscribe(): Promise<boolean> {
    return Promise.resolve(false);
  }

  unsubscribe(): void {
    // Nothing is ever subscribed.
  }

  reconnect(reason: DownReason): void {
    if (this.#listener === null) return;
    this.#connection++;
    this.#isConnected = false;
    this.#isReading = false;
    this.#queue.clear();
    const delayMs = backoffMs(BUS_RECONNECT, this.#attempt++) * (0.5 + this.#random() / 2);
    this.#clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = this.#clock.setTimeout(() => void this.#connect(), delayMs);
    this.#listener.onDisconnected(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener = null;
    this.#clock.clearTimeout(this.#retryTimer);
    const sent = Promise.all([this.#writing, this.#announcing]);
    let timer: unknown = null;
    const limit = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, CLOSE_LIMIT_MS);
    });
    await Promise.race([sent, limit]);
    this.#clock.clearTimeout(timer);
    this.#isConnected = false;
  }

  async #connect(): Promise<void> {
    const connection = ++this.#connection;
    try {
      const { rows } = await this.#database.query<{ areThere: boolean }>({
        text: ARE_TABLES_THERE,
      });
      if (rows[0]?.areThere !== true) await this.#database.query({ text: CREATE_TABLES });
    } catch (error) {
      if (connection === this.#connection) this.#fail('connect-failed', error);
      return;
    }
    if (connection !== this.#connection || this.#listener === null) return;
    this.#isConnected = true;
    this.#versions.clear();
    this.#listener.onConnected();
  }

  async #read(echo: Uint8Array): Promise<void> {
    const connection = this.#connection;
    this.#isReading = true;
    try {
      const { rows } = await this.#database.query<ReadRow>({ text: READ, values: [this.#node] });
      for (const row of rows) this.#handleRow(row);
      if (connection !== this.#connection) return;
      this.#attempt = 0;
      this.#isReading = false;
      this.#listener?.onMail(echo);
      const mails = rows.filter(({ instance }) => instance === null).length;
      if (mails === READ_LIMIT) this.echo(echo);
    } catch (error) {
      if (connection === this.#connection) this.#fail('connection-lost', error);
    }
  }

  #handleRow({ instance, version, frame }: ReadRow): void {
    if (instance !== null) {
      if (this.#versions.get(instance) === version) return;
      this.#versions.set(instance, version);
    }
    this.#listener?.onMail(frame);
  }

  async #write(): Promise<void> {
    // What is sent in one turn goes into one statement.
    await Promise.resolve();
    while (!this.#queue.isEmpty) {
      const connection = this.#connection;
      const { nodes, positions, lengths, bytes } = this.#queue.take();
      try {
        const values = [bytes, nodes, positions, lengths];
        await this.#database.query({ text: WRITE, values });
      } catch (error) {
        if (connection === this.#connection) this.#fail('connection-lost', error);
      }
      await new Promise<void>((resolve) => {
        this.#clock.setTimeout(resolve, WRITE_INTERVAL_MS);
      });
    }
    this.#writing = null;
  }

  async #announce(): Promise<void> {
    while (this.#announcement !== null) {
      const connection = this.#connection;
      const values = [this.#instance, Buffer.from(this.#announcement)];
      this.#announcement = null;
      try {
        await this.#database.query({ text: ANNOUNCE, values });
        if (++this.#announcements % ANNOUNCEMENTS_PER_CLEANING === 0)
          await this.#database.query({ text: CLEAN });
      } catch (error) {
        if (connection === this.#connection) this.#fail('connection-lost', error);
      }
    }
    this.#announcing = null;
  }

  #fail(code: 'connect-failed' | 'connection-lost', error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.reconnect({ code, detail });
  }
}
