import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { compiledQuery } from './compiled-query.ts';
import { createDocument } from './documents.ts';
import { temporaryDatabase } from './testing/temporary-database.ts';

test('a query is built once for a dialect, and gets its values in the order of their places', async () => {
  let builds = 0;
  const find = compiledQuery((db, owner: string, before: number, title: string) => {
    builds++;
    return db
      .selectFrom('document')
      .select(['id', sql<string>`${title} || ${owner}`.as('words')])
      .where('created_at', '<', before)
      .where('owner', '=', owner)
      .limit(1);
  });
  for (const _ of [1, 2]) {
    const db = await temporaryDatabase();
    for (const [at, owner] of ['ada', 'bob'].entries())
      await createDocument(db, { id: `of-${owner}`, kind: 'page', title: '', owner, at });
    expect(await find(db, 'bob', 5, 'by ')).toEqual([{ id: 'of-bob', words: 'by bob' }]);
    expect(await find(db, 'ada', 0, 'by ')).toEqual([]);
    const inside = await db.transaction().execute((transaction) => find(transaction, 'ada', 1, ''));
    expect(inside).toEqual([{ id: 'of-ada', words: 'ada' }]);
  }
  expect(builds).toBe(2);
});
