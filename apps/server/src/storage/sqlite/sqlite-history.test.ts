import { describe, expect, onTestFinished, test } from 'vitest';
import { noLock } from './write-lock.ts';
import { testHistory } from '../history/history.contract.ts';
import { temporaryDatabaseFile } from '../testing/temporary-database.ts';
import { RowSettler } from './row-settler.ts';
import { openSqlite } from './sqlite.ts';
import { SqliteHistory } from './sqlite-history.ts';
import { SqliteJournal } from './sqlite-journal.ts';

async function open() {
  const path = await temporaryDatabaseFile();
  const journal = SqliteJournal.open(path);
  const history = SqliteHistory.open(path);
  const sqlite = openSqlite(path);
  const name = sqlite.prepare(
    `INSERT INTO named_version (document, id, "offset", title, "user", at) VALUES ('a', ?, ?, 'Draft', 'ada', 1)`,
  );
  return {
    path,
    journal,
    history,
    async name(offset: number) {
      name.run(`v${offset}`, offset);
    },
    async [Symbol.asyncDispose]() {
      sqlite.close();
      await journal[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
    },
  };
}

describe('history in SQLite', () => {
  testHistory(open);

  test('HY12 what a thinned chunk leaves out is in no other table either', async () => {
    await using fixture = await open();
    const { journal, history, path } = fixture;
    const sqlite = openSqlite(path);
    onTestFinished(() => sqlite.close());
    const update = Buffer.from('my secret words');
    const rows = [1, 2, 3].map((offset) => ({
      ...{ offset, at: offset, user: 'ada', subscription: 1, cseq: offset },
      update,
    }));
    const batch = { document: 'a', epoch: 'life', tail: null, owners: new Map(), bytes: 1 };
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    await journal.append([{ ...batch, id: 'b', base: 0, rows }]);
    const chunk = { from: 1, to: 2, endedAt: 2, bytes: 30, sessions: [], data: update };
    await journal.compact({
      ...{ document: 'a', epoch: 'life', from: 0, to: 2, snapshot: Uint8Array.of(1) },
      chunks: [{ ...chunk, checkpoint: null }],
    });
    const thinned = { from: 1, to: 2, data: Uint8Array.of(1), bytes: 1, at: 9, pinned: [] };
    await history.thin('a', thinned);
    const found = sqlite.prepare(`SELECT offset FROM recent WHERE instr(data, 'secret') > 0`);
    expect(found.all()).toEqual([{ offset: 3 }]);
    expect(await history.rows('a', { after: 2, upTo: 3 })).toHaveLength(1);
    expect(await journal.load('a')).toMatchObject({ snapshotOffset: 2, rows: [{ offset: 3 }] });
  });

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
