/**
 * Query plans of reads that must not grow with a chat or a list: SQLite finds the rows by an index,
 * already in order.
 */
import { expect, test } from 'vitest';
import { MAX_CHAT_HISTORY_PAGE } from '@tandem/protocol';
import { readMessages } from './chat.ts';
import { findMessage, messageHead } from './messages.ts';
import { openDatabase } from './sqlite/database.ts';
import { LocalExecutor, type SqlExecutor, type SqlResult } from './sqlite/executor.ts';
import type { Database } from './tables.ts';
import { temporaryPath } from './testing/temporary-database.ts';

class PlanRecorder implements SqlExecutor {
  readonly plans: string[] = [];
  readonly #executor: LocalExecutor;

  constructor(path: string) {
    this.#executor = new LocalExecutor(path);
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    if (/^\s*select\b/i.test(sql)) {
      const { rows } = await this.#executor.execute(`explain query plan ${sql}`, parameters);
      this.plans.push(...rows.map(({ detail }) => String(detail)));
    }
    return await this.#executor.execute(sql, parameters);
  }

  async close(): Promise<void> {
    await this.#executor.close();
  }
}

const ID = '01JD9X6Z7S8K3Q2M5N4P6R7T8V';

test.each<[string, (db: Database) => Promise<unknown>]>([
  ['a page of a chat', (db) => readMessages(db, 'd', { before: 2_500 })],
  [
    'the largest page of a chat',
    (db) => readMessages(db, 'd', { before: 2_500, limit: MAX_CHAT_HISTORY_PAGE }),
  ],
  ['the newest messages of a chat', (db) => readMessages(db, 'd')],
  ['the number of the newest message', (db) => messageHead(db, { document: 'd', channel: 'chat' })],
  ['one message', (db) => findMessage(db, { document: 'd', channel: 'chat', message: ID })],
])('reads %s by an index, without sorting', async (_, read) => {
  const recorder = new PlanRecorder(await temporaryPath());
  const db = await openDatabase(recorder);
  recorder.plans.length = 0;
  await read(db);
  await db.destroy();
  expect(recorder.plans.length).toBeGreaterThan(0);
  for (const step of recorder.plans) expect(step).toMatch(/^SEARCH .* USING /);
});
