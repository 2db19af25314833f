/** Restores a backup into an empty database: BK6 to BK10. */
import type { Clock } from '../../runtime/clock.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { fillEmpty, type DatabasePlace, type NewSecret } from '../transfer/databases.ts';
import {
  transfer,
  type TableReport,
  type TransferProgress,
  type TransferSource,
} from '../transfer/transfer.ts';
import { refusal, type Manifest } from './manifest.ts';
import { StoredBackup } from './stored-backup.ts';
import { copyFile, forEachFile } from './stored-files.ts';

export interface RestoreOptions {
  readonly from: string;
  readonly to: DatabasePlace;
  /** Where the server is to keep files; null: they are left out. */
  readonly openObjects: (() => Promise<ObjectStore>) | null;
  /** Null: the operator has set the secret. */
  readonly keepSecret: NewSecret['keep'] | null;
  readonly clock: Clock;
  readonly onProgress: (progress: TransferProgress) => void;
}

export interface RestoreReport {
  readonly manifest: Manifest;
  readonly tables: readonly TableReport[];
  /** Null: left out. */
  readonly files: number | null;
}

/** @throws StartupError or StorageError; then the database is as empty as before. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { to, clock, keepSecret, onProgress } = options;
  const backup = await StoredBackup.open(options.from);
  const { manifest } = backup;
  const openObjects = manifest.files === null ? null : options.openObjects;
  const stored = await backup.readSecret();
  await backup.checkDatabase();
  const secret: NewSecret = {
    value: keepSecret === null ? null : stored,
    keep: async (folder, value) => await keepSecret?.(folder, value),
  };
  return await backup.read({ clock }, (source) =>
    fillEmpty(to, { clock, secret }, async (target) => {
      const objects = await openObjects?.();
      const files =
        objects === undefined ? null : await restoreFiles({ backup, source, objects, onProgress });
      const tables = await transfer(source, target, { clock, timeline: 'another', onProgress });
      return { manifest, tables, files };
    }),
  );
}

async function restoreFiles({
  backup,
  source,
  objects,
  onProgress,
}: Pick<RestoreOptions, 'onProgress'> & {
  readonly backup: StoredBackup;
  readonly source: TransferSource;
  readonly objects: ObjectStore;
}): Promise<number> {
  const { deleted = [], lost = [] } = backup.manifest.files ?? {};
  const without = new Set([...deleted, ...lost]);
  const from = backup.objects;
  const { count } = await forEachFile(
    source,
    { step: 'copying', without, onProgress },
    async (file) => {
      const state = await copyFile(file, from, objects);
      if (state === 'whole') return state;
      throw refusal(
        `The backup is damaged: the file ${file.key} is ${state === 'missing' ? 'missing' : 'not as it was'}. The database was not restored. To restore it without files, add --without-files, and copy the folder "files" yourself.`,
      );
    },
  );
  return count;
}
