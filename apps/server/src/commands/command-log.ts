/**
 * What became of commands, kept under their ids in the transaction of what they did. Whoever says one
 * again gets this.
 */
import { encodeTime } from 'ulid';
import type { ErrorBody } from '@tandem/protocol';
import type { SqlExecutor } from '../storage/sqlite/executor.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import type { CommandAnswer } from './runner.ts';

type Done = Extract<CommandAnswer, { kind: 'done' }>;

/** As it is in the column `result`. */
export type KeptResult = { readonly positions: Done['positions'] } | { readonly error: ErrorBody };

export class CommandLog {
  readonly #executor: SqlExecutor;

  constructor(executor: SqlExecutor) {
    this.#executor = executor;
  }

  /** The answer to a repeat; null for a command that is new. */
  async find(user: string, id: string): Promise<CommandAnswer | null> {
    const { rows } = await this.#executor.execute(
      'select result from command where id = ? and user = ?',
      [id, user],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const result = JSON.parse(row['result'] as string) as KeptResult;
    return 'error' in result
      ? { kind: 'refused', error: result.error }
      : { kind: 'done', repeated: true, positions: result.positions };
  }

  async keep(
    { user, id, at }: { readonly user: string; readonly id: string; readonly at: number },
    result: KeptResult,
  ): Promise<void> {
    await this.#executor.execute('insert into command (id, user, result, at) values (?, ?, ?, ?)', [
      id,
      user,
      JSON.stringify(result),
      at,
    ]);
  }

  /** Forgets some of what nobody will say again. */
  async sweep(at: number): Promise<void> {
    const before = Math.max(0, at - COMMAND_LIMITS.resultLifetimeMs);
    // Ids begin with their client's time, which is where to look; whether it is true, the server's says.
    await this.#executor.execute(
      `delete from command where (id, user) in
         (select id, user from command where id < ? and at < ? limit ?)`,
      [encodeTime(before), before, COMMAND_LIMITS.resultsPerSweep],
    );
  }
}
