/** Migrates a stopped server between its data directory and Postgres. The source stays as it is. */
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { DataDirectory } from '../data-directory.ts';
import { assertCurrentSchema } from '../migrator.ts';
import { readFromPostgres, writeToPostgres } from '../postgres/postgres-transfer.ts';
import { SqliteTransferSource, SqliteTransferTarget } from '../sqlite/sqlite-transfer.ts';
import { transfer, type TableReport, type TransferProgress } from './transfer.ts';

interface MigrationOptions {
  /** The data directory, as an absolute path. */
  readonly folder: string;
  /** Of Postgres. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  onProgress(progress: TransferProgress): void;
}

/** @throws StartupError or StorageError */
export async function migrateToPostgres({
  secret,
  ...options
}: MigrationOptions & { readonly secret: string | null }): Promise<readonly TableReport[]> {
  const { folder, url, clock } = options;
  const directory = await DataDirectory.openForReading(folder, options);
  try {
    using source = SqliteTransferSource.open(directory.database, clock);
    return await writeToPostgres(url, { clock, secret }, (target) =>
      transfer(source, target, options),
    );
  } finally {
    directory.release();
  }
}

/**
 * @param keepSecret stores what signs tokens, before the database is complete.
 * @throws StartupError or StorageError
 */
export async function migrateToFolder({
  keepSecret,
  ...options
}: MigrationOptions & {
  keepSecret(secret: string): Promise<void>;
}): Promise<readonly TableReport[]> {
  const { folder, url, clock } = options;
  const directory = DataDirectory.openEmpty(folder, clock);
  try {
    return await readFromPostgres(url, async (source) => {
      assertCurrentSchema(await source.readAppliedMigrations(), { kind: 'postgres', clock });
      const secret = await source.readSecret();
      if (secret !== null) await keepSecret(secret);
      using target = await SqliteTransferTarget.create(directory.database, clock);
      return await transfer(source, target, options);
    });
  } finally {
    directory.release();
  }
}
