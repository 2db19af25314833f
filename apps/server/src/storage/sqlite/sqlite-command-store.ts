/** The command store over a connection of its own; every call blocks the thread. */
import type { ChannelPosition } from '@tandem/protocol';
import type {
  CommandKey,
  CommandResult,
  CommandStore,
  CommittedEvents,
  PublishedEvent,
  StoredResult,
} from '../command-store.ts';
import { withSavepoint } from '../savepoint.ts';
import type { Database } from '../tables.ts';
import { connectDatabase } from './database.ts';
import { EventLog } from './event-log.ts';
import type { SqlExecutor } from './executor.ts';
import { noLock, type WriteLock } from './write-lock.ts';

export class SqliteCommandStore implements CommandStore {
  readonly db: Database;
  readonly #executor: SqlExecutor;
  readonly #lock: WriteLock;
  readonly #events: EventLog;

  private constructor(executor: SqlExecutor, lock: WriteLock) {
    this.db = connectDatabase(executor);
    this.#executor = executor;
    this.#lock = lock;
    this.#events = new EventLog(executor);
  }

  static over(executor: SqlExecutor, lock = noLock): SqliteCommandStore {
    return new SqliteCommandStore(executor, lock);
  }

  transaction<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly events: readonly CommittedEvents[] }> {
    return this.#lock.runAsync(async () => {
      await this.#run('BEGIN IMMEDIATE');
      try {
        const result = await work();
        await this.#run('COMMIT');
        return { result, events: this.#events.onCommitted() };
      } catch (error) {
        this.#events.onRolledBack();
        // SQLite ends the transaction itself when the disk is full.
        await this.#run('ROLLBACK').catch(ignore);
        throw error;
      }
    });
  }

  savepoint<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T> {
    return withSavepoint({ run: (statement) => this.#run(statement), work, keep });
  }

  /** No other process executes commands. */
  async claim(commands: readonly CommandKey[]): Promise<readonly (StoredResult | null)[]> {
    const results: (StoredResult | null)[] = [];
    for (const { id, user } of commands) {
      const { rows } = await this.#executor.execute(
        'select result from command where id = ? and user = ?',
        [id, user],
      );
      const [row] = rows;
      results.push(
        row === undefined ? null : (JSON.parse(row['result'] as string) as StoredResult),
      );
    }
    return results;
  }

  async appendEvents(events: readonly PublishedEvent[]): Promise<readonly ChannelPosition[]> {
    const positions: ChannelPosition[] = [];
    for (const { key, event } of events) positions.push(await this.#events.append(key, event));
    return positions;
  }

  async saveResults(results: readonly CommandResult[], at: number): Promise<void> {
    for (const { id, user, result } of results) {
      if (result === null) continue;
      await this.#executor.execute(
        'insert into command (id, user, result, at) values (?, ?, ?, ?)',
        [id, user, JSON.stringify(result), at],
      );
    }
  }

  async recordCommit(): Promise<null> {
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.destroy();
  }

  async #run(statement: string): Promise<void> {
    await this.#executor.execute(statement, []);
  }
}

function ignore(): void {}
