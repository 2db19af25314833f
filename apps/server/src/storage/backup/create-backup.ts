/** Makes a backup beside running servers: BK1 to BK4. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { DiskObjects } from '../objects/disk-objects.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { SqliteTransferSource, SqliteTransferTarget } from '../sqlite/sqlite-transfer.ts';
import { readBesideServers, type DatabasePlace } from '../transfer/databases.ts';
import { transfer, type TransferProgress, type TransferSource } from '../transfer/transfer.ts';
import { BackupTarget } from './backup-target.ts';
import { refusal, type Manifest, type ManifestFiles } from './manifest.ts';
import { sha256OfFile } from './stored-backup.ts';
import { copyFile, forEachFile, readStoredKeys } from './stored-files.ts';

export interface BackupOptions {
  readonly from: DatabasePlace;
  /** The folder to create. */
  readonly to: string;
  /** Where the server keeps files; null: nobody said where. */
  readonly objects: ObjectStore | null;
  readonly withoutFiles: boolean;
  /** Of a server on a folder, or null; of one on Postgres it is in the database. */
  readonly secret: string | null;
  /** The operator has set the secret, and keeps it. */
  readonly hasOwnSecret: boolean;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onProgress: (progress: TransferProgress) => void;
}

export interface BackupReport {
  readonly manifest: Omit<Manifest, 'format'>;
  readonly sha256: string;
}

/** @throws StartupError or StorageError; then nothing is left. */
export async function createBackup(options: BackupOptions): Promise<BackupReport> {
  await using target = await BackupTarget.create(options.to);
  const createdAt = new Date(options.clock.now()).toISOString();
  const { schema, tables, secret } = await copyDatabase(options, target);
  if (secret !== null) await target.writeSecret(secret);
  const files = await copyFiles(options, target);
  const manifest = {
    version: options.version,
    createdAt,
    schema: [...schema],
    database: {
      bytes: (await stat(target.database)).size,
      sha256: await sha256OfFile(target.database),
    },
    tables: [...tables],
    secret: secret === null ? null : { sha256: createHash('sha256').update(secret).digest('hex') },
    files,
  };
  return { manifest, sha256: await target.finish(manifest) };
}

async function copyDatabase(options: BackupOptions, target: BackupTarget) {
  const { from, clock, hasOwnSecret, onProgress } = options;
  return await readBesideServers(from, options, async (source, inDatabase) => {
    using database = await SqliteTransferTarget.create(target.database, clock);
    const tables = await transfer(withoutPublications(source), database, {
      ...{ clock, timeline: 'same', onProgress },
    });
    const secret = hasOwnSecret ? null : (options.secret ?? inDatabase);
    return { schema: source.migrations, tables, secret };
  });
}

/** BK12: what is taken off the web after a backup does not come back with it. */
function withoutPublications(source: TransferSource): TransferSource {
  return {
    async *read(table) {
      if (table.name !== 'publication') yield* source.read(table);
    },
  };
}

/** Names those of the moment of the copied database; the server goes on deleting files. */
async function copyFiles(
  options: BackupOptions,
  target: BackupTarget,
): Promise<ManifestFiles | null> {
  const { objects, withoutFiles, clock, onProgress } = options;
  if (withoutFiles) return null;
  using source = SqliteTransferSource.open(target.database, { clock, usedBy: 'nobody' });
  if (objects === null) {
    if ((await readStoredKeys(source)).size === 0) return null;
    throw refusal(
      'The database names uploaded files, and nothing says where they are. Set FILES_URL as for its servers, or add --without-files.',
    );
  }
  const to = await DiskObjects.open(target.files);
  const { count, bytes, faults } = await forEachFile(
    source,
    { step: 'copying', onProgress },
    (file) => copyFile(file, objects, to),
  );
  const still =
    faults.length === 0
      ? new Set<string>()
      : await readBesideServers(options.from, options, (now) => readStoredKeys(now));
  const keys = faults.map(({ key }) => key);
  return {
    count,
    bytes,
    deleted: keys.filter((key) => !still.has(key)),
    lost: keys.filter((key) => still.has(key)),
  };
}
