import { statSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Checkpointer } from './checkpointer.ts';
import { openSqlite } from './sqlite.ts';
import { temporaryPath } from '../testing/temporary-database.ts';
import { SharedWriteLock, writeLockMemory } from './write-lock.ts';

const WRITES = 250;
const KIB = 1024;

class WatchedLock extends SharedWriteLock {
  /** Somebody else writes before it is ours. */
  before: () => void = () => {};

  override hold<T>(work: () => T): T {
    this.before();
    return super.hold(work);
  }
}

async function fixture() {
  const path = await temporaryPath();
  const sqlite = openSqlite(path);
  sqlite.exec('CREATE TABLE note (data BLOB)');
  const insert = sqlite.prepare('INSERT INTO note (data) VALUES (?)');
  const writers = new SharedWriteLock(writeLockMemory(path));
  const lock = new WatchedLock(writeLockMemory(path));
  const checkpointer = new Checkpointer(path, lock);
  onTestFinished(() => {
    checkpointer[Symbol.dispose]();
    sqlite.close();
  });
  return {
    lock,
    checkpointer,
    write(times: number, bytes: number): void {
      for (let i = 0; i < times; i++) writers.hold(() => insert.run(new Uint8Array(bytes)));
    },
    fileBytes: () => statSync(path).size,
    /** In pages; it is all in the file afterwards. */
    logLength: () => Number(sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log']),
  };
}

test('what was written is brought into the file once it is much', async () => {
  const { checkpointer, write, fileBytes } = await fixture();
  write(WRITES - 1, KIB);
  checkpointer.look();
  const before = fileBytes();
  write(1, KIB);
  checkpointer.look();
  expect(fileBytes()).toBeGreaterThan(before + (WRITES / 2) * KIB);
  const after = fileBytes();
  write(WRITES - 1, KIB);
  checkpointer.look();
  expect(fileBytes()).toBe(after);
});

test('a long log begins anew, though somebody writes all the while', async () => {
  const { lock, checkpointer, write, logLength } = await fixture();
  let turns = 0;
  lock.before = () => {
    turns++;
    write(1, KIB);
  };
  write(WRITES, 150 * KIB);
  checkpointer.look();
  expect(turns).toBe(1);
  write(1, KIB);
  expect(logLength()).toBeLessThan(10);
});

test('a short one does not, and nobody waits for it', async () => {
  const { lock, checkpointer, write } = await fixture();
  let waits = 0;
  lock.before = () => waits++;
  write(WRITES, KIB);
  checkpointer.look();
  expect(waits).toBe(0);
});
