/** Assigns offsets to channel events, on the one connection that writes them. */
import { LRUCache } from 'lru-cache';
import type { ChannelEvent } from '@tandem/protocol';
import { EVENTS } from '../limits.ts';
import type { ChannelKey } from '../channel-key.ts';
import type { CommittedEvents } from '../command-store.ts';
import type { SqlExecutor } from './executor.ts';

interface Head {
  readonly epoch: string;
  readonly offset: number;
}

interface Appended {
  readonly key: ChannelKey;
  readonly epoch: string;
  readonly from: number;
  readonly events: ChannelEvent[];
  bytes: number;
}

export class EventLog {
  readonly #executor: SqlExecutor;
  readonly #heads = new LRUCache<ChannelKey, Head>({ max: EVENTS.maxCachedHeads });
  #appended = new Map<ChannelKey, Appended>();

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  async append(key: ChannelKey, event: ChannelEvent): Promise<Head> {
    let appended = this.#appended.get(key);
    if (appended === undefined) {
      const { epoch, offset: from } = this.#heads.get(key) ?? (await this.#readHead(key));
      appended = { key, epoch, from, events: [], bytes: 0 };
      this.#appended.set(key, appended);
    }
    const offset = appended.from + appended.events.length + 1;
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
    appended.events.push(event);
    appended.bytes += data.length;
    return { epoch: appended.epoch, offset };
  }

  onCommitted(): readonly CommittedEvents[] {
    const appended = [...this.#appended.values()];
    this.#appended = new Map();
    for (const { key, epoch, from, events } of appended)
      this.#heads.set(key, { epoch, offset: from + events.length });
    return appended;
  }

  onRolledBack(): void {
    this.#appended = new Map();
  }

  async #readHead(key: ChannelKey): Promise<Head> {
    const { rows } = await this.#executor.execute(
      `select id as epoch, (select max(offset) from event where channel = ?) as head
         from timeline order by number desc limit 1`,
      [key],
    );
    const [row] = rows;
    return { epoch: row?.['epoch'] as string, offset: (row?.['head'] as number | null) ?? 0 };
  }
}
