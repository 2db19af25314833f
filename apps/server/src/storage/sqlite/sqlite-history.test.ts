import { describe, expect, test } from 'vitest';
import { noLock } from './write-lock.ts';
import { testHistory } from '../history/history.contract.ts';
import { temporaryDatabaseFile } from '../testing/temporary-database.ts';
import { RowSettler } from './row-settler.ts';
import { SqliteHistory } from './sqlite-history.ts';
import { SqliteJournal } from './sqlite-journal.ts';

async function open() {
  const path = await temporaryDatabaseFile();
  const journal = SqliteJournal.open(path);
  const history = SqliteHistory.open(path);
  return {
    path,
    journal,
    history,
    async [Symbol.asyncDispose]() {
      await journal[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
    },
  };
}

describe('history in SQLite', () => {
  testHistory(open);

  test('rows are the same before and after they are settled', async () => {
    await using fixture = await open();
    const { journal, history, path } = fixture;
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    const row = (offset: number) => ({
      offset,
      at: offset,
      user: 'ada',
      update: Uint8Array.of(offset),
    });
    const rows = [1, 2, 3, 4, 5].map((offset) => ({
      ...row(offset),
      subscription: 1,
      cseq: offset,
    }));
    const batch = { document: 'a', epoch: 'life', tail: null, owners: new Map(), bytes: 1 };
    await journal.append([{ ...batch, id: 'b', base: 0, rows }]);
    const compaction = { document: 'a', epoch: 'life', from: 0, to: 2, snapshot: Uint8Array.of(1) };
    await journal.compact({ ...compaction, chunks: [] });
    const before = [await history.rows('a', { after: 2, upTo: 4 }), await history.headers('a')];
    expect(before[0]).toEqual([row(3), row(4)]);
    using settler = new RowSettler(path, noLock, { maxRows: 1, maxBytes: 1 });
    await settler.settleIfDue(async () => {});
    const after = [await history.rows('a', { after: 2, upTo: 4 }), await history.headers('a')];
    expect(after).toEqual(before);
  });
});
