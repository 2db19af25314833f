import { expect, test } from 'vitest';
import { temporaryDatabase } from '../testing/temporary-database.ts';
import { readClients } from './history-clients.ts';

test('HY5 every client id is listed once, in pages', async () => {
  const db = await temporaryDatabase();
  const ids = [7, 3, 4_294_967_295, 12, 0];
  for (const client of ids)
    await db
      .insertInto('client')
      .values({ document: 'a', client, user: `user-${client}` })
      .execute();
  await db.insertInto('client').values({ document: 'b', client: 1, user: 'bob' }).execute();
  const found: number[] = [];
  let after: number | null = -1;
  while (after !== null) {
    const page = await readClients(db, 'a', { after, limit: 2 });
    for (const [client, user] of page.clients) {
      expect(user).toBe(`user-${client}`);
      found.push(client);
    }
    after = page.next;
  }
  expect(found).toEqual(ids.toSorted((a, b) => a - b));
});
