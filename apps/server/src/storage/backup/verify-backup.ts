/** Checks a backup, and compares it with a database: BK11. */
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { StorageError } from '../storage-error.ts';
import { readBesideServers, type DatabasePlace } from '../transfer/databases.ts';
import { TRANSFER_TABLES } from '../transfer/transfer-tables.ts';
import { summarize, type TransferProgress, type TransferSource } from '../transfer/transfer.ts';
import { compareDatabases, type TableDifference } from './difference.ts';
import type { Manifest } from './manifest.ts';
import { StoredBackup } from './stored-backup.ts';
import { checkFile, forEachFile } from './stored-files.ts';

export interface VerifyOptions {
  readonly from: string;
  /** Null: the backup alone. */
  readonly to: DatabasePlace | null;
  /** Of the target; null: its files are not compared. */
  readonly objects: ObjectStore | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly onProgress: (progress: TransferProgress) => void;
}

export interface VerifyReport {
  readonly manifest: Manifest;
  readonly sha256: string;
  /** What is wrong, in sentences; empty where everything is right. */
  readonly problems: readonly string[];
}

/** @throws StorageError when the folder is no backup, StartupError or StorageError when the target cannot be read. */
export async function verifyBackup(options: VerifyOptions): Promise<VerifyReport> {
  const backup = await StoredBackup.open(options.from);
  const problems: string[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      problems.push(error.message);
      return false;
    }
  };
  await attempt(() => backup.readSecret());
  if (await attempt(() => backup.checkDatabase()))
    await attempt(() =>
      backup.read(options, async (source) => {
        const areTablesRight = await checkTables(source, { attempt, ...options });
        if (!areTablesRight) return;
        problems.push(...(await checkFiles(backup, source, options)));
        problems.push(...(await compareWithTarget(backup, source, options)));
      }),
    );
  return { manifest: backup.manifest, sha256: backup.sha256, problems };
}

async function checkTables(
  source: TransferSource,
  {
    attempt,
    onProgress,
  }: Pick<VerifyOptions, 'onProgress'> & {
    readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  },
): Promise<boolean> {
  let areRight = true;
  for (const table of TRANSFER_TABLES)
    areRight =
      (await attempt(() =>
        summarize(table, source, async (_, rows) =>
          onProgress({ step: 'checking', table: table.name, rows }),
        ),
      )) && areRight;
  return areRight;
}

async function checkFiles(
  backup: StoredBackup,
  source: TransferSource,
  { onProgress }: VerifyOptions,
): Promise<readonly string[]> {
  const { files } = backup.manifest;
  if (files === null) return [];
  const { objects } = backup;
  const { count, bytes, faults } = await forEachFile(
    source,
    { step: 'checking', without: absentFrom(files), onProgress },
    (file) => checkFile(file, objects),
  );
  const problems = faults.map(
    ({ key, state }) =>
      `The backup is damaged: the file ${key} is ${state === 'missing' ? 'missing' : 'not as it was'}.`,
  );
  if (faults.length === 0 && (count !== files.count || bytes !== files.bytes))
    problems.push(
      `The backup is damaged: it has ${count} files of ${bytes} bytes, and had ${files.count} of ${files.bytes} bytes when it was made.`,
    );
  return problems;
}

async function compareWithTarget(
  backup: StoredBackup,
  source: TransferSource,
  options: VerifyOptions,
): Promise<readonly string[]> {
  const { to, objects, onProgress } = options;
  if (to === null) return [];
  const differences = await readBesideServers(to, options, (target) =>
    compareDatabases(source, target, onProgress),
  );
  const problems = differences.filter(isUnexpected).map(describe);
  const { files } = backup.manifest;
  if (files === null || objects === null) return problems;
  const { faults } = await forEachFile(
    source,
    { step: 'comparing', without: absentFrom(files), onProgress },
    (file) => checkFile(file, objects),
  );
  return [
    ...problems,
    ...faults.map(
      ({ key, state }) =>
        `The file ${key} is ${state === 'missing' ? 'not in' : 'another one in'} the target.`,
    ),
  ];
}

function absentFrom({ deleted, lost }: NonNullable<Manifest['files']>): ReadonlySet<string> {
  return new Set([...deleted, ...lost]);
}

/** A restore begins a timeline, and a server that starts later may begin others. */
function isUnexpected({ table, missing, changed }: TableDifference): boolean {
  return table !== 'timeline' || missing + changed > 0;
}

function describe({ table, missing, added, changed }: TableDifference): string {
  const parts = [
    [missing, 'only in the backup'],
    [added, 'only in the target'],
    [changed, 'with other values'],
  ].filter(([rows]) => rows !== 0);
  return `The table "${table}" differs: ${parts.map(([rows, where]) => `${rows} rows ${where}`).join(', ')}.`;
}
