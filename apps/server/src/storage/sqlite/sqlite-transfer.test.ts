import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { ManualClock, SeededRandom } from '@tandem/testkit';
import type { Batch } from '@tandem/sync';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDatabaseFile, temporaryPath } from '../testing/temporary-database.ts';
import { transfer, type TransferTarget } from '../transfer/transfer.ts';
import { RowSettler } from './row-settler.ts';
import { openSqlite } from './sqlite.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteTransferSource, SqliteTransferTarget } from './sqlite-transfer.ts';
import { noLock } from './write-lock.ts';

const clock = new ManualClock(1_700_000_000_000);
const unused = { clock, usedBy: 'nobody' } as const;
const DOCUMENTS = ['a', 'b', 'c', '\u{1f600}', '\ufb01'];

/** Journals in all states: with recent, settled and covered rows, deleted, and created again. */
async function writeJournals(path: string, random: SeededRandom): Promise<void> {
  const sqlite = openSqlite(path);
  // Hundreds of commits, which no crash threatens.
  sqlite.exec('PRAGMA synchronous = OFF');
  await using journal = SqliteJournal.over(sqlite);
  using settler = new RowSettler(path, noLock, { maxRows: 8, maxBytes: 1_000_000 });
  for (let round = 0; round < 200; round++) {
    const document = random.pick(DOCUMENTS);
    const stored = await journal.load(document);
    const step = random.next();
    if (stored === null) {
      await journal.create({ document, epoch: `life-${round}`, kind: 'data' });
      continue;
    }
    const { epoch, snapshotOffset, rows } = stored;
    const head = snapshotOffset + rows.length;
    if (step < 0.7) {
      const next: Batch = {
        document,
        epoch,
        id: `batch-${round}`,
        base: head,
        tail: null,
        rows: [
          {
            offset: head + 1,
            update: new TextEncoder().encode(`update ${round}`),
            user: 'ada',
            subscription: 1,
            cseq: 1,
            at: round,
          },
        ],
        owners: new Map([[round, 'ada']]),
        bytes: 0,
      };
      await journal.append([next]);
    } else if (step < 0.85 && head > snapshotOffset) {
      const snapshot = new TextEncoder().encode(`snapshot ${round}`);
      const to = random.int(snapshotOffset + 1, head);
      await journal.compact({ document, epoch, from: snapshotOffset, to, snapshot, chunks: [] });
    } else if (step < 0.9) {
      await journal.delete(document, { maxHead: head });
    } else {
      await settler.settleIfDue(async () => {});
    }
  }
}

async function transferTo(target: string, from: string) {
  using source = SqliteTransferSource.open(from, unused);
  using written = await SqliteTransferTarget.create(target, clock);
  return await transfer(source, written, { clock, timeline: 'another', onProgress() {} });
}

async function loadAll(path: string) {
  await using journal = SqliteJournal.open(path);
  const all = await Promise.all(DOCUMENTS.map((document) => journal.load(document)));
  return all.map((stored) => stored && { ...stored, timelines: null });
}

test.each([1, 2, 3, 4])(
  'journals are the same after a transfer, in whatever state they were (seed %i)',
  async (seed) => {
    const from = await temporaryDatabaseFile();
    await writeJournals(from, new SeededRandom(seed));
    const to = await temporaryPath('copy.db');
    const first = await transferTo(to, from);
    expect(await loadAll(to)).toEqual(await loadAll(from));
    const again = await transferTo(await temporaryPath('again.db'), to);
    const withoutTimelines = (reports: typeof first) =>
      reports.filter(({ table }) => table !== 'timeline');
    expect(withoutTimelines(again)).toEqual(withoutTimelines(first));
  },
);

test('a new timeline begins in the target, after those of the source', async () => {
  const from = await temporaryDatabaseFile();
  const to = await temporaryPath('copy.db');
  await transferTo(to, from);
  const read = (path: string) => {
    const sqlite = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => sqlite.close());
    return sqlite.prepare('select id from timeline order by number').all() as { id: string }[];
  };
  const [before, after] = [read(from), read(to)];
  expect(after).toHaveLength(2);
  expect(after[0]).toEqual(before[0]);
});

test('jobs are carried as they are: waiting, leased by a process that ended, recurring, or failed', async () => {
  const from = await temporaryDatabaseFile();
  const sqlite = openSqlite(from);
  sqlite.exec(`insert into job (id, kind, key, input, due_at, lease, again_at, interval_ms, attempts, failures, failed_at, error)
    values ('1', 'mail', 'ada', '{"a":1}', 5, null, null, null, 0, 0, null, null),
      ('2', 'mail', 'bob', '{}', 6, 'lease', 7, null, 2, 1, null, 'no route'),
      ('3', 'sweep', '', 'null', 8, null, null, 1000, 0, 0, null, null),
      ('4', 'mail', 'eve', '{}', null, null, null, null, 15, 0, 9, 'no such host')`);
  const read = (path: string) => {
    const database = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => database.close());
    return database.prepare('select * from job order by id').all();
  };
  sqlite.close();
  const to = await temporaryPath('copy.db');
  await transferTo(to, from);
  expect(read(to)).toHaveLength(4);
  expect(read(to)).toEqual(read(from));
});

test('nothing in the folder of a source changes, and a log that was left is read', async () => {
  const path = await temporaryDatabaseFile();
  const sqlite = openSqlite(path);
  sqlite.exec(`insert into "user" (id, name, color, created_at) values ('ada', 'Ada', 1, 1)`);
  // As a process leaves it that was killed.
  const left = await temporaryPath();
  for (const end of ['', '-wal']) copyFileSync(path + end, left + end);
  sqlite.close();
  for (const source of [path, left]) {
    const before = contents(source);
    const reports = await transferTo(await temporaryPath('copy.db'), source);
    expect(reports.find(({ table }) => table === 'user')?.rows).toBe(1);
    expect(contents(source)).toEqual(before);
  }
});

test('what an interrupted transfer has left is replaced', async () => {
  const from = await temporaryDatabaseFile();
  const to = await temporaryPath('copy.db');
  writeFileSync(`${to}.unfinished`, 'half of a database');
  writeFileSync(`${to}.unfinished-wal`, 'its log');
  {
    using source = SqliteTransferSource.open(from, unused);
    using target = await SqliteTransferTarget.create(to, clock);
    const onProgress = () => {
      throw new Error('interrupted');
    };
    const options = { clock, timeline: 'another', onProgress } as const;
    await expect(transfer(source, target, options)).rejects.toThrow('interrupted');
  }
  expect(readdirSync(dirname(to))).toEqual([]);
  await transferTo(to, from);
  expect(existsSync(to)).toBe(true);
});

test('a target that differs at the end is not kept', async () => {
  const from = await temporaryDatabaseFile();
  const sqlite = openSqlite(from);
  sqlite.exec(`insert into "user" (id, name, color, created_at) values ('ada', 'Ada', 1, 1)`);
  sqlite.close();
  const to = await temporaryPath('copy.db');
  {
    using source = SqliteTransferSource.open(from, unused);
    using target = await SqliteTransferTarget.create(to, clock);
    const forgetful: TransferTarget = {
      read: (table) => target.read(table),
      write: (table, rows) => target.write(table, table.name === 'user' ? [] : rows),
      complete: (timeline) => target.complete(timeline),
    };
    const options = { clock, timeline: 'another', onProgress() {} } as const;
    await expect(transfer(source, forgetful, options)).rejects.toThrow(
      'The rows of "user" are not the same after the transfer: 1 rows',
    );
  }
  expect(readdirSync(dirname(to))).toEqual([]);
});

test('UP5 a database of another version, or without tables, is not read', async () => {
  const newer = await temporaryDatabaseFile();
  const sqlite = openSqlite(newer);
  sqlite.exec(`insert into migration values ('0999-later', '0998-later', 1)`);
  sqlite.close();
  expect(() => SqliteTransferSource.open(newer, unused)).toThrow(/newer version.*0999-later/);
  const empty = await temporaryPath();
  openSqlite(empty).close();
  expect(() => SqliteTransferSource.open(empty, unused)).toThrow(/no tables of Tandem/);
});

/** Without the index of the log, which each process that reads it makes for itself. */
function contents(path: string) {
  const folder = dirname(path);
  return readdirSync(folder)
    .filter((name) => !name.endsWith('-shm'))
    .map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);
}
