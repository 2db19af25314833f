/** The command store in Postgres: the command workers of several processes execute commands at the same time. */
import type { ChannelPosition } from '@tandem/protocol';
import type { PoolClient } from 'pg';
import { EVENTS } from '../limits.ts';
import type { ChannelKey } from '../channel-key.ts';
import type {
  ClaimedCommand,
  CommandResult,
  CommandStore,
  CommittedEvents,
  PublishedEvent,
  StoredResult,
} from '../command-store.ts';
import { withSavepoint } from '../savepoint.ts';
import { StorageError } from '../storage-error.ts';
import type { Database } from '../tables.ts';
import { connectPostgres } from './postgres-database.ts';
import { appendToLog } from './postgres-log.ts';
import { runQuery, type Postgres, type Query } from './postgres.ts';

interface Head {
  readonly channel: ChannelKey;
  readonly epoch: string;
  readonly head: number;
}

export class PostgresCommandStore implements CommandStore {
  readonly db: Database;
  readonly #postgres: Postgres;
  #client: PoolClient | null = null;
  readonly #node: string;
  #events: CommittedEvents[] = [];
  #epoch = '';

  /** @param postgres is closed together with the store. */
  constructor(postgres: Postgres, node: string) {
    this.#postgres = postgres;
    this.#node = node;
    this.db = connectPostgres({
      connect: async () => this.#open,
      release: () => {},
      close: async () => {},
    });
  }

  async transaction<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly events: readonly CommittedEvents[] }> {
    this.#events = [];
    const result = await this.#postgres.transaction(async (client) => {
      this.#client = client;
      try {
        return await work();
      } finally {
        this.#client = null;
      }
    });
    return { result, events: this.#events };
  }

  savepoint<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T> {
    return withSavepoint({ run: (statement) => this.#run(statement), work, keep });
  }

  async claim(
    commands: readonly ClaimedCommand[],
    at: number,
  ): Promise<readonly (StoredResult | null)[]> {
    const subjects = [...new Set(commands.flatMap((command) => command.subjects))];
    // In one order everywhere, so that no two transactions wait for each other.
    await this.#run(
      `select pg_advisory_xact_lock(key) from (
         select distinct hashtextextended(subject, 0) as key from unnest($1::text[]) as subject
         order by key
       ) as subjects`,
      [subjects],
    );
    const ids = commands.map(({ id }) => id);
    const users = commands.map(({ user }) => user);
    // Waits for a transaction that has claimed one of them.
    const claimed = await this.#run<{ readonly place: number }>(
      `with wanted as (
         select * from unnest($1::text[], $2::text[]) with ordinality as wanted (id, "user", place)
       ), claimed as (
         insert into command (id, "user", result, at)
         select id, "user", '', $3 from wanted order by id, "user"
         on conflict do nothing returning id, "user"
       ) select place from wanted join claimed using (id, "user")`,
      [ids, users, at],
    );
    if (claimed.length === commands.length) return commands.map(() => null);
    const isClaimed = new Set(claimed.map(({ place }) => place));
    const stored = await this.#run<{ readonly place: number; readonly result: string }>(
      `select place, result from command
       join unnest($1::text[], $2::text[]) with ordinality as wanted (id, "user", place)
         using (id, "user")`,
      [ids, users],
    );
    const results = new Map(stored.map(({ place, result }) => [place, result]));
    return commands.map((_, index) => {
      const place = index + 1;
      return isClaimed.has(place)
        ? null
        : (JSON.parse(results.get(place) as string) as StoredResult);
    });
  }

  async appendEvents(events: readonly PublishedEvent[]): Promise<readonly ChannelPosition[]> {
    if (events.length === 0) return [];
    const runs = new Map<ChannelKey, PublishedEvent['event'][]>();
    for (const { key, event } of events) {
      const run = runs.get(key);
      if (run === undefined) runs.set(key, [event]);
      else run.push(event);
    }
    const heads = await this.#moveHeads(runs);
    for (const { epoch } of heads.values()) this.#epoch = epoch;
    const next = new Map(Array.from(heads, ([key, { from }]) => [key, from]));
    const positions = events.map(({ key }) => {
      const offset = (next.get(key) as number) + 1;
      next.set(key, offset);
      return { epoch: (heads.get(key) as { readonly epoch: string }).epoch, offset };
    });
    const data = events.map(({ event }) => JSON.stringify(event));
    await this.#run(
      `insert into event (channel, "offset", data, at)
       select * from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[])`,
      [
        events.map(({ key }) => key),
        positions.map(({ offset }) => offset),
        data,
        events.map(({ event }) => event.at),
      ],
    );
    const bytes = new Map<ChannelKey, number>();
    for (const [at, { key }] of events.entries())
      bytes.set(key, (bytes.get(key) ?? 0) + (data[at] as string).length);
    for (const [key, run] of runs) {
      const from = (heads.get(key) as { readonly from: number }).from;
      this.#events.push({ key, from, events: run, bytes: bytes.get(key) as number });
    }
    return positions;
  }

  async saveResults(results: readonly CommandResult[]): Promise<void> {
    const done = results.filter(({ result }) => result !== null);
    if (done.length > 0)
      await this.#run(
        `update command set result = done.result
         from unnest($1::text[], $2::text[], $3::text[]) as done (id, "user", result)
         where command.id = done.id and command."user" = done."user"`,
        [
          done.map(({ id }) => id),
          done.map(({ user }) => user),
          done.map(({ result }) => JSON.stringify(result)),
        ],
      );
    const released = results.filter(({ result }) => result === null);
    if (released.length > 0)
      await this.#run(
        `delete from command using unnest($1::text[], $2::text[]) as released (id, "user")
         where command.id = released.id and command."user" = released."user"`,
        [released.map(({ id }) => id), released.map(({ user }) => user)],
      );
  }

  async recordCommit(effects: readonly unknown[]): Promise<number | null> {
    const channels = this.#events.map(({ key, from, events }) => ({
      key,
      epoch: this.#epoch,
      offset: from + events.length,
    }));
    if (channels.length === 0 && effects.length === 0) return null;
    const { text, values } = appendToLog(this.#node, { channels, effects });
    const [entry] = await this.#run<{ readonly number: number }>(text, values);
    return entry?.number ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.destroy();
    await this.#postgres[Symbol.asyncDispose]();
  }

  /** Locks the channels in the order of their keys until the end of the transaction, and trims their events. */
  async #moveHeads(
    runs: ReadonlyMap<ChannelKey, readonly unknown[]>,
  ): Promise<ReadonlyMap<ChannelKey, { readonly epoch: string; readonly from: number }>> {
    const keys = [...runs.keys()];
    const counts = [...runs.values()].map(({ length }) => length);
    const heads = await this.#run<Head>(
      `insert into channel_head as known (channel, "offset")
       select * from unnest($1::text[], $2::bigint[]) as moved (channel, events) order by channel collate "C"
       on conflict (channel) do update set "offset" = known."offset" + excluded."offset"
       returning channel, "offset" as head,
         (select id from timeline order by number desc limit 1) as epoch`,
      [keys, counts],
    );
    const full = heads.filter(({ channel, head }) => {
      const from = head - (runs.get(channel)?.length ?? 0);
      return Math.floor(head / EVENTS.trimBatch) > Math.floor(from / EVENTS.trimBatch);
    });
    if (full.length > 0)
      await this.#run(
        `delete from event using unnest($1::text[], $2::bigint[]) as kept (channel, head)
         where event.channel = kept.channel and event."offset" <= kept.head - $3::bigint`,
        [full.map(({ channel }) => channel), full.map(({ head }) => head), EVENTS.maxStored],
      );
    return new Map(
      heads.map(({ channel, epoch, head }) => [
        channel,
        { epoch, from: head - (runs.get(channel)?.length ?? 0) },
      ]),
    );
  }

  get #open(): PoolClient {
    if (this.#client === null)
      throw new StorageError({
        message: 'A query ran outside a transaction.',
        retryable: false,
        damaged: false,
      });
    return this.#client;
  }

  async #run<R extends object>(text: string, values: Query['values'] = []): Promise<R[]> {
    const { rows } = await runQuery(this.#open, { text, values });
    return rows as R[];
  }
}
