import { writeFile, readFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Batch } from '@tandem/sync';
import { openSqlite } from './sqlite.ts';
import { temporaryDatabaseFile, temporaryPath } from '../testing/temporary-database.ts';
import { testJournal } from '../journal/journal.contract.ts';
import { SqliteJournal } from './sqlite-journal.ts';

const batch = (base: number, update: Uint8Array): Batch => ({
  document: 'a',
  epoch: 'life',
  id: `batch-${base}`,
  base,
  tail: null,
  rows: [{ offset: base + 1, update, user: 'ada', subscription: 1, cseq: 1, at: 1 }],
  owners: new Map(),
  bytes: update.byteLength,
});

describe('SQLite journal', () => {
  testJournal(async () => SqliteJournal.open(await temporaryDatabaseFile()));

  test('commits are synchronous and go through a write-ahead log', async () => {
    const path = await temporaryDatabaseFile();
    const sqlite = openSqlite(path);
    expect(sqlite.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(sqlite.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    sqlite.close();
  });

  test('the next connection reads what was committed', async () => {
    const path = await temporaryDatabaseFile();
    await using first = SqliteJournal.open(path);
    await first.create({ document: 'a', epoch: 'life', kind: 'data' });
    await first.append([batch(0, Uint8Array.of(1))]);
    await using second = SqliteJournal.open(path);
    expect(await second.load('a')).toMatchObject({
      rows: [{ offset: 1, update: Uint8Array.of(1) }],
    });
  });

  test('two connections cannot both append after the same head', async () => {
    const path = await temporaryDatabaseFile();
    await using first = SqliteJournal.open(path);
    await using second = SqliteJournal.open(path);
    await first.create({ document: 'a', epoch: 'life', kind: 'data' });
    expect(await first.append([batch(0, Uint8Array.of(1))])).toEqual(['committed']);
    expect(await second.append([batch(0, Uint8Array.of(2))])).toEqual(['conflict']);
  });

  test('PO4 HY7 nothing of a deleted document stays in the file, however many rows it had', async () => {
    const path = await temporaryDatabaseFile();
    const sqlite = openSqlite(path);
    onTestFinished(() => sqlite.close());
    const secret = Buffer.from('my secret words. '.repeat(700));
    await using journal = SqliteJournal.open(path);
    await using other = SqliteJournal.open(path);
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    await journal.append([batch(0, secret)]);
    for (let base = 1; base < 6_000; base += 1_000) {
      const [row] = batch(base, secret.subarray(0, 17)).rows;
      const rows = Array.from({ length: 1_000 }, (_, i) => ({ ...row!, offset: base + 1 + i }));
      await journal.append([{ ...batch(base, secret), rows }]);
    }
    const compaction = { document: 'a', epoch: 'life', from: 0, to: 1, snapshot: secret };
    const chunk = { from: 1, to: 1, endedAt: 1, bytes: 1, sessions: [], checkpoint: secret };
    await journal.compact({ ...compaction, chunks: [{ ...chunk, data: secret }] });
    await journal.create({ document: 'b', epoch: 'life', kind: 'data' });
    await journal.append([{ ...batch(0, Uint8Array.of(7)), document: 'b' }]);
    const words = 'my secret words';
    const isInFile = async () => {
      sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return (await readFile(path)).includes(words);
    };
    expect(await isInFile()).toBe(true);
    expect(await journal.delete('a', { maxHead: 0 })).toBe('kept');
    expect(await journal.load('a')).toMatchObject({ rows: { length: 6_000 } });
    expect(await journal.delete('a', { maxHead: 9_000 })).toBe('deleted');
    expect(await isInFile()).toBe(false);
    expect(await journal.delete('a', { maxHead: 9_000 })).toBe('deleted');
    for (const each of [journal, other]) {
      expect(await each.load('a')).toBeNull();
      expect(await each.load('b')).toMatchObject({ rows: [{ offset: 1 }] });
    }
    expect(await journal.append([batch(6_001, secret)])).toEqual(['conflict']);
  });

  test('a document whose rows do not reach its head is damaged', async () => {
    const sqlite = openSqlite(await temporaryDatabaseFile());
    await using journal = SqliteJournal.over(sqlite);
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    await journal.append([batch(0, Uint8Array.of(1))]);
    sqlite.exec('DELETE FROM recent');
    await expect(journal.load('a')).rejects.toMatchObject({
      name: 'DamagedDocument',
      document: 'a',
    });
  });

  test('a document whose rows have a gap is damaged', async () => {
    const path = await temporaryDatabaseFile();
    const sqlite = openSqlite(path);
    onTestFinished(() => sqlite.close());
    await using journal = SqliteJournal.open(path);
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    for (const base of [0, 1, 2]) await journal.append([batch(base, Uint8Array.of(base))]);
    sqlite.exec('DELETE FROM recent WHERE offset = 2');
    await using later = SqliteJournal.open(path);
    await expect(later.load('a')).rejects.toMatchObject({ name: 'DamagedDocument' });
  });

  test('opening a file that is not a database fails and does not change it', async () => {
    const path = await temporaryPath();
    const text = 'This text is not a database. '.repeat(200);
    await writeFile(path, text);
    expect(() => SqliteJournal.open(path)).toThrow(
      expect.objectContaining({ name: 'StorageError', damaged: true }),
    );
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('opening a file in a missing folder fails', async () => {
    const path = `${await temporaryPath('missing')}/tandem.db`;
    expect(() => SqliteJournal.open(path)).toThrow(
      expect.objectContaining({
        retryable: true,
        message: expect.stringMatching(/cannot be opened/) as string,
      }),
    );
  });

  test('opening a database without tables fails', async () => {
    const path = await temporaryPath();
    expect(() => SqliteJournal.open(path)).toThrow(expect.objectContaining({ retryable: false }));
  });

  test('a full disk fails the whole append, which succeeds once there is space', async () => {
    const sqlite = openSqlite(await temporaryDatabaseFile());
    await using journal = SqliteJournal.over(sqlite);
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    await journal.append([batch(0, Uint8Array.of(1))]);
    const before = await journal.load('a');
    const { page_count } = sqlite.prepare('PRAGMA page_count').get() as { page_count: number };
    sqlite.exec(`PRAGMA max_page_count = ${page_count}`);
    const large = batch(1, new Uint8Array(1024 * 1024));
    await expect(journal.append([large])).rejects.toMatchObject({
      name: 'StorageError',
      retryable: true,
      message: expect.stringMatching(/disk .* is full/) as string,
    });
    expect(await journal.load('a')).toEqual(before);
    sqlite.exec('PRAGMA max_page_count = 1000000');
    expect(await journal.append([large])).toEqual(['committed']);
  });

  test('a database that another connection keeps locked fails the append, and nothing is written', async () => {
    const path = await temporaryDatabaseFile();
    await using journal = SqliteJournal.open(path, { busyTimeoutMs: 1 });
    await journal.create({ document: 'a', epoch: 'life', kind: 'data' });
    const other = openSqlite(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(journal.append([batch(0, Uint8Array.of(1))])).rejects.toMatchObject({
      retryable: true,
      message: expect.stringMatching(/Another process/) as string,
    });
    other.exec('ROLLBACK');
    other.close();
    expect(await journal.load('a')).toMatchObject({ rows: [] });
    expect(await journal.append([batch(0, Uint8Array.of(1))])).toEqual(['committed']);
  });
});
