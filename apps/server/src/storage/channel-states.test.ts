import { expect, onTestFinished, test } from 'vitest';
import { loadState } from './channel-states.ts';
import { chatKey } from './channel-key.ts';
import { appendMessage } from './messages.ts';
import { connectDatabase } from './sqlite/database.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { SqliteCommandStore } from './sqlite/sqlite-command-store.ts';
import { temporaryDatabaseFile } from './testing/temporary-database.ts';
import { createUser } from './users.ts';

const DOCUMENT = 'doc';
const KEY = chatKey(DOCUMENT);

/** A chat to which someone else writes a message before each of the first `commits` reads of messages. */
async function fixture(commits: number) {
  const path = await temporaryDatabaseFile();
  const store = SqliteCommandStore.over(new LocalExecutor(path));
  await createUser(store.db, { id: 'ada', name: 'Ada', color: 1, at: 0 });
  const write = (id: string) =>
    store.transaction(async () => {
      const message = { document: DOCUMENT, id, text: id, author: 'ada', at: 1 };
      await appendMessage(store.db, {
        ...message,
        channel: 'chat',
        thread: null,
        mentions: [],
        replyTo: null,
      });
      const event = { name: 'chat:deleted', message: id, at: 1, command: id } as const;
      await store.appendEvents([{ key: KEY, event }]);
    });
  const executor = new LocalExecutor(path);
  let left = commits;
  const db = connectDatabase({
    async execute(sql, parameters) {
      if (sql.includes('from "message"') && left > 0) {
        left--;
        // A writer does not wait for readers, not even for one within a transaction.
        await write(`during-${left}`);
      }
      return await executor.execute(sql, parameters);
    },
    close: () => executor.close(),
  });
  onTestFinished(async () => {
    await store[Symbol.asyncDispose]();
    await db.destroy();
  });
  await write('before');
  return db;
}

test.each([0, 1, 2, 3, 4, 5])(
  'a state has the position of its last event, while %i commits come in between',
  async (commits) => {
    const db = await fixture(commits);
    const loaded = await loadState(db, KEY);
    const state = loaded?.state as { readonly messages: readonly unknown[] };
    expect(loaded?.offset).toBe(state.messages.length);
    expect(loaded?.offset).toBeGreaterThanOrEqual(1);
  },
);

test('a position that is behind or of another epoch is not taken for the current one', async () => {
  for (const known of [
    { epoch: 'another', offset: 1 },
    { epoch: 'another', offset: 7 },
  ]) {
    const db = await fixture(1);
    const loaded = await loadState(db, KEY, known);
    expect(loaded).toMatchObject({ offset: 2, state: { messages: [{}, {}] } });
    expect(loaded?.epoch).not.toBe('another');
  }
});
