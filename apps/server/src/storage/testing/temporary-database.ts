/** Database files that are deleted when their test ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../sqlite/database.ts';
import { LocalExecutor } from '../sqlite/executor.ts';
import type { Database } from '../tables.ts';

export async function temporaryPath(name = 'tandem.db'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, name);
}

export async function temporaryDatabaseFile(): Promise<string> {
  const path = await temporaryPath();
  const db = await openDatabase(new LocalExecutor(path));
  await db.destroy();
  return path;
}

export async function temporaryDatabase(): Promise<Database> {
  const path = await temporaryPath();
  const db = await openDatabase(new LocalExecutor(path));
  onTestFinished(() => db.destroy());
  return db;
}
