import { expect, test } from 'vitest';
import { channelState, user } from '@tandem/protocol';
import { chatKey, libraryKey } from './channel-key.ts';
import { readEvents } from './event-rows.ts';
import { loadState } from './channel-states.ts';
import { addVisit } from './visits.ts';
import { createDocument } from './documents.ts';
import { StorageError } from './storage-error.ts';
import { openSqlite } from './sqlite/sqlite.ts';
import { findSignedUser } from './sessions.ts';
import { LocalExecutor } from './sqlite/executor.ts';
import { openDatabase } from './sqlite/database.ts';
import { temporaryDatabaseFile } from './testing/temporary-database.ts';
import { createUser, findUser } from './users.ts';

const BAD = [
  `char(0)`,
  `'a' || char(0) || 'b'`,
  `''`,
  `char(12644)`,
  `char(10)`,
  `cast(x'eda080' as text)`,
];

test.each(BAD)('a stored text that is %s is read as one that can be sent', async (text) => {
  const path = await temporaryDatabaseFile();
  const db = await openDatabase(new LocalExecutor(path));
  const at = 1;
  await createUser(db, { id: 'ada', name: 'Ada', color: 1, at });
  await createDocument(db, { id: 'd', kind: 'page', title: 'T', owner: 'ada', at });
  await addVisit(db, { user: 'ada', document: 'd', at });
  const sqlite = openSqlite(path);
  sqlite.exec(`update user set name = ${text};
    update document set title = ${text}, excerpt = ${text} || hex(zeroblob(300));
    insert into message (document, channel, number, id, author, text, mentions, at)
      values ('d', 'chat', 1, '01JD9X6Z7S8K3Q2M5N4P6R7T8V', 'ada', ${text}, '[]', 1);`);
  sqlite.close();
  const row = await findUser(db, 'ada');
  const signed = await findSignedUser(db, 'ada');
  for (const person of [row, signed?.user]) {
    const { id, name, color } = person!;
    expect(user.safeParse({ id, name, color }).success).toBe(true);
  }
  for (const key of [libraryKey('ada'), chatKey('d'), 'sharing:d' as const]) {
    const loaded = await loadState(db, key);
    expect(channelState.safeParse(loaded?.state).error).toBeUndefined();
  }
  await db.destroy();
});

test('events of another version are fitted to the schema, or left out with all before them', async () => {
  const path = await temporaryDatabaseFile();
  const db = await openDatabase(new LocalExecutor(path));
  const event = (name: string) =>
    JSON.stringify({ name: 'profile:changed', at: 1, user: { id: 'ada', name, color: 1 } });
  const rows = ['not JSON', event('Ada'), event('')].map((data, index) => ({
    channel: 'library:ada',
    offset: index + 1,
    data,
    at: 1,
  }));
  await db.insertInto('event').values(rows).execute();
  const run = await readEvents(db, libraryKey('ada'), 3);
  expect(run).toMatchObject({
    from: 1,
    events: [{ user: { name: 'Ada' } }, { user: { name: 'Unnamed' } }],
  });
  expect(await readEvents(db, libraryKey('ada'), 1)).toBeNull();
  await db.destroy();
});

test('a text with U+0000 is refused instead of truncated', async () => {
  const db = await openDatabase(new LocalExecutor(await temporaryDatabaseFile()));
  const creation = createUser(db, { id: 'ada', name: 'A\0da', color: 1, at: 1 });
  await expect(creation).rejects.toThrow(StorageError);
  expect(await findUser(db, 'ada')).toBeUndefined();
  await db.destroy();
});
