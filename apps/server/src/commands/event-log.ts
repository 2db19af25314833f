/** The rows of channels, for the one thread that writes them: events get their offsets here. */
import type { ChannelEvent } from '@tandem/protocol';
import type { SqlExecutor } from '../storage/sqlite/executor.ts';
import type { Database } from '../storage/tables.ts';
import { EVENTS } from '../limits.ts';
import type { CommittedEvents } from './runner.ts';
import type { ChannelKey } from '../storage/channel-key.ts';
import { firstEpoch } from '../storage/first-epoch.ts';

interface Head {
  readonly epoch: string;
  offset: number;
}

interface Growth {
  readonly key: ChannelKey;
  readonly epoch: string;
  readonly from: number;
  readonly events: ChannelEvent[];
  bytes: number;
}

export class EventLog {
  readonly #executor: SqlExecutor;
  /** On the same connection. */
  readonly #db: Database;
  readonly #heads = new Map<ChannelKey, Head>();
  /** What the open transaction has added. */
  #growths = new Map<ChannelKey, Growth>();

  constructor(executor: SqlExecutor, db: Database) {
    this.#executor = executor;
    this.#db = db;
  }

  /** @returns the event's position. */
  async append(
    key: ChannelKey,
    event: ChannelEvent,
  ): Promise<{ readonly epoch: string; readonly offset: number }> {
    const head = await this.#head(key);
    const offset = head.offset + 1;
    const data = JSON.stringify(event);
    await this.#executor.execute(
      'insert into event (channel, offset, data, at) values (?, ?, ?, ?)',
      [key, offset, data, event.at],
    );
    if (offset % EVENTS.trimBatch === 0) {
      await this.#executor.execute('delete from event where channel = ? and offset <= ?', [
        key,
        offset - EVENTS.maxStored,
      ]);
    }
    let growth = this.#growths.get(key);
    if (growth === undefined) {
      growth = { key, epoch: head.epoch, from: head.offset, events: [], bytes: 0 };
      this.#growths.set(key, growth);
    }
    growth.events.push(event);
    growth.bytes += data.length;
    head.offset = offset;
    return { epoch: head.epoch, offset };
  }

  /** Writes where channels end; once a transaction, before its end. */
  async writeHeads(): Promise<void> {
    for (const { key, epoch, events, from } of this.#growths.values()) {
      await this.#executor.execute(
        `insert into channel (key, epoch, head) values (?, ?, ?)
           on conflict (key) do update set head = excluded.head`,
        [key, epoch, from + events.length],
      );
    }
  }

  /** The transaction is committed. @returns what it added, each channel once. */
  committed(): readonly CommittedEvents[] {
    const growths = [...this.#growths.values()];
    this.#growths = new Map();
    if (this.#heads.size > EVENTS.maxCachedHeads) this.#heads.clear();
    return growths;
  }

  /** The transaction is undone. */
  undone(): void {
    this.#growths = new Map();
    this.#heads.clear();
  }

  async #head(key: ChannelKey): Promise<Head> {
    let head = this.#heads.get(key);
    if (head === undefined) {
      head = await this.#find(key);
      this.#heads.set(key, head);
    }
    return head;
  }

  async #find(key: ChannelKey): Promise<Head> {
    const { rows } = await this.#executor.execute('select epoch, head from channel where key = ?', [
      key,
    ]);
    const [row] = rows;
    if (row === undefined) return { epoch: await firstEpoch(this.#db), offset: 0 };
    return { epoch: row['epoch'] as string, offset: row['head'] as number };
  }
}
