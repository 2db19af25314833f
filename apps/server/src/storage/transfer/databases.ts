/** The databases that a migration, a backup and a restore read and fill, wherever a server keeps them. */
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { DataDirectory } from '../data-directory.ts';
import { prepareDataFolder } from '../data-folder.ts';
import { readFromPostgres, writeToPostgres } from '../postgres/postgres-transfer.ts';
import { SqliteTransferSource, SqliteTransferTarget } from '../sqlite/sqlite-transfer.ts';
import type { DatabaseMoment, TransferTarget } from './transfer.ts';

export type DatabasePlace =
  | {
      readonly kind: 'folder';
      /** The data directory, as an absolute path. */
      readonly path: string;
    }
  | { readonly kind: 'postgres'; readonly url: string };

export interface DatabaseOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Reads everything as it was at one moment, whether servers use the database or not. They go on meanwhile.
 *
 * @param work gets the secret, if it is in the database.
 * @throws StartupError or StorageError
 */
export async function readBesideServers<T>(
  place: DatabasePlace,
  { clock, log }: DatabaseOptions,
  work: (source: DatabaseMoment, secret: string | null) => Promise<T>,
): Promise<T> {
  switch (place.kind) {
    case 'folder': {
      const path = await DataDirectory.checkBesideServer(place.path, { clock, log });
      using source = SqliteTransferSource.open(path, { clock, usedBy: 'a server' });
      return await work(source, null);
    }
    case 'postgres':
      return await readFromPostgres(place.url, { clock, usedBy: 'servers' }, (source) =>
        work(source, source.secret),
      );
  }
}

/** Reads what no server uses, and keeps servers away meanwhile. @throws StartupError or StorageError */
export async function readStopped<T>(
  place: DatabasePlace,
  { clock, log }: DatabaseOptions,
  work: (source: DatabaseMoment, secret: string | null) => Promise<T>,
): Promise<T> {
  switch (place.kind) {
    case 'folder': {
      const directory = await DataDirectory.openForReading(place.path, { clock, log });
      try {
        using source = SqliteTransferSource.open(directory.database, { clock, usedBy: 'nobody' });
        return await work(source, null);
      } finally {
        directory.release();
      }
    }
    case 'postgres':
      return await readFromPostgres(place.url, { clock, usedBy: 'nobody' }, (source) =>
        work(source, source.secret),
      );
  }
}

/** What signs tokens: in the database of Postgres, and beside that of SQLite. */
export interface NewSecret {
  /** Null: the operator has set it. */
  readonly value: string | null;
  /** Stores it beside a database in a folder. */
  keep(folder: string, secret: string): Promise<void>;
}

/**
 * Keeps servers away, which start only once `work` has completed the target. Anything else leaves the database as
 * empty as it was.
 *
 * @throws StartupError or StorageError, also when it is not empty.
 */
export async function fillEmpty<T>(
  place: DatabasePlace,
  { clock, secret }: { readonly clock: Clock; readonly secret: NewSecret },
  work: (target: TransferTarget) => Promise<T>,
): Promise<T> {
  switch (place.kind) {
    case 'folder': {
      const folder = await prepareDataFolder(place.path);
      const directory = DataDirectory.openEmpty(folder, clock);
      try {
        // Its file tells servers that something is to come (BK9), so it is created first.
        using target = await SqliteTransferTarget.create(directory.database, clock);
        return await work({
          read: (table) => target.read(table),
          write: (table, rows) => target.write(table, rows),
          async complete(timeline) {
            if (secret.value !== null) await secret.keep(folder, secret.value);
            await target.complete(timeline);
          },
        });
      } finally {
        directory.release();
      }
    }
    case 'postgres':
      return await writeToPostgres(place.url, { clock, secret: secret.value }, work);
  }
}
