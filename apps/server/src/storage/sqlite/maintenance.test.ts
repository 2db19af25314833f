import { statSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Maintenance } from './maintenance.ts';
import { openSqlite } from './sqlite.ts';
import { temporaryDatabaseFile } from '../testing/temporary-database.ts';
import {
  createWriteLockMemory,
  RELEASES_PER_CHECKPOINT as WRITES,
  SharedWriteLock,
} from './write-lock.ts';

const KIB = 1024;

test('sleeps until enough has been written, and ends when disposed of', async () => {
  const path = await temporaryDatabaseFile();
  const memory = createWriteLockMemory();
  const sqlite = openSqlite(path);
  onTestFinished(() => sqlite.close());
  sqlite.exec('CREATE TABLE note (data BLOB)');
  sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const insert = sqlite.prepare('INSERT INTO note (data) VALUES (?)');
  const writer = new SharedWriteLock(memory);
  const maintenance = new Maintenance(path, new SharedWriteLock(memory));
  const ended = maintenance.run();
  const before = statSync(path).size;
  for (let i = 0; i < WRITES; i++) writer.run(() => insert.run(new Uint8Array(KIB)));
  await expect.poll(() => statSync(path).size).toBeGreaterThan(before + (WRITES / 2) * KIB);
  maintenance[Symbol.dispose]();
  await ended;
});
