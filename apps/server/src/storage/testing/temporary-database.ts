/** A database file of a test's own, gone when the test ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../sqlite/database.ts';
import { LocalExecutor } from '../sqlite/executor.ts';
import type { Database } from '../tables.ts';

/** A path where no file is yet. */
export async function temporaryPath(name = 'tandem.db'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** A file with all tables. */
export async function temporaryDatabaseFile(): Promise<string> {
  const path = await temporaryPath();
  const db = await openDatabase(new LocalExecutor(path));
  await db.destroy();
  return path;
}

/** All tables, open. */
export async function temporaryDatabase(): Promise<Database> {
  const path = await temporaryPath();
  const db = await openDatabase(new LocalExecutor(path));
  onTestFinished(() => db.destroy());
  return db;
}
