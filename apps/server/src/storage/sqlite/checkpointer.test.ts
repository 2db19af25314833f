import { statSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Checkpointer } from './checkpointer.ts';
import { openSqlite } from './sqlite.ts';
import { temporaryPath } from '../testing/temporary-database.ts';
import {
  createWriteLockMemory,
  RELEASES_PER_CHECKPOINT as WRITES,
  SharedWriteLock,
} from './write-lock.ts';

const KIB = 1024;

class WatchedLock extends SharedWriteLock {
  before: () => void = () => {};

  override run<T>(work: () => T): T {
    this.before();
    return super.run(work);
  }
}

async function fixture() {
  const path = await temporaryPath();
  const sqlite = openSqlite(path);
  sqlite.exec('CREATE TABLE note (data BLOB)');
  const insert = sqlite.prepare('INSERT INTO note (data) VALUES (?)');
  const memory = createWriteLockMemory();
  const writers = new SharedWriteLock(memory);
  const lock = new WatchedLock(memory);
  const checkpointer = new Checkpointer(path, lock);
  onTestFinished(() => {
    checkpointer[Symbol.dispose]();
    sqlite.close();
  });
  return {
    lock,
    checkpointer,
    write(times: number, bytes: number): void {
      for (let i = 0; i < times; i++) writers.run(() => insert.run(new Uint8Array(bytes)));
    },
    fileBytes: () => statSync(path).size,
    logLength: () => Number(sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log']),
  };
}

test('checkpoints after enough writes', async () => {
  const { checkpointer, write, fileBytes } = await fixture();
  write(WRITES - 1, KIB);
  checkpointer.checkpointIfDue();
  const before = fileBytes();
  write(1, KIB);
  checkpointer.checkpointIfDue();
  expect(fileBytes()).toBeGreaterThan(before + (WRITES / 2) * KIB);
  const after = fileBytes();
  write(WRITES - 1, KIB);
  checkpointer.checkpointIfDue();
  expect(fileBytes()).toBe(after);
});

test('restarts a long log although others keep writing', async () => {
  const { lock, checkpointer, write, logLength } = await fixture();
  let turns = 0;
  lock.before = () => {
    turns++;
    write(1, KIB);
  };
  write(WRITES, 150 * KIB);
  checkpointer.checkpointIfDue();
  expect(turns).toBe(1);
  write(1, KIB);
  expect(logLength()).toBeLessThan(10);
});

test('does not hold writers back for a short log', async () => {
  const { lock, checkpointer, write } = await fixture();
  let waits = 0;
  lock.before = () => waits++;
  write(WRITES, KIB);
  checkpointer.checkpointIfDue();
  expect(waits).toBe(0);
});
