/** The entry point of `tandem restore`: checks a backup, and restores it into an empty database. */
import { keepSecret } from './accounts/secret.ts';
import {
  createProgress,
  createStopwatch,
  describeTables,
  filesOf,
  readPlace,
  runCommand,
  type CommandParameters,
} from './command-line.ts';
import { readConfiguration } from './configuration/configuration.ts';
import type { FilesPlace } from './configuration/setting-schemas.ts';
import { systemClock } from './runtime/clock.ts';
import { createLog } from './runtime/log.ts';
import { StartupError } from './runtime/startup-error.ts';
import { restoreBackup } from './storage/backup/restore-backup.ts';
import { verifyBackup, type VerifyReport } from './storage/backup/verify-backup.ts';
import type { ObjectStore } from './storage/objects/object-store.ts';
import { existingObjects, openObjects } from './storage/storage.ts';
import type { DatabasePlace } from './storage/transfer/databases.ts';

const USAGE = `Usage: restore --from <backup> --to <data directory or postgres://…> [--without-files]
       restore --verify --from <backup> [--to <data directory or postgres://…>] [--without-files]

Restores what "backup" has made into a database that is empty and that no server uses. Uploaded files go to
FILES_URL, or to the folder "files" of the data directory.

  --verify          checks the backup and writes nothing; with --to, also compares it with that database,
                    which a server may use
  --without-files   leaves uploaded files out

Exit codes: 0 restored, or nothing differs; 1 otherwise.`;

async function restore(parameters: CommandParameters): Promise<void> {
  const [from, to] = [parameters.value('from'), parameters.value('to')];
  if (from === undefined) throw new StartupError(USAGE);
  const target = to === undefined ? null : readPlace(to, '--to');
  if (parameters.has('verify')) await verify(from, target, parameters);
  else if (target !== null) await restoreInto(from, target, parameters);
  else throw new StartupError(USAGE);
}

async function restoreInto(
  from: string,
  to: DatabasePlace,
  parameters: CommandParameters,
): Promise<void> {
  const elapsed = createStopwatch();
  const { manifest, tables, files } = await restoreBackup({
    from,
    to,
    openObjects: openTargetFiles(to, parameters),
    keepSecret: readConfiguration(process.env).authSecrets === null ? keepSecret : null,
    clock: systemClock,
    onProgress: createProgress(),
  });
  const lines = [
    files === null ? 'Uploaded files were left out.' : `Uploaded files: ${files}.`,
    ...(manifest.secret === null
      ? ['The backup holds no secret: set the AUTH_SECRET of its server, or people sign in again.']
      : []),
    `The backup of ${manifest.createdAt} is restored, and every row and file was compared; it took ${elapsed()}. Start the server.`,
  ];
  process.stdout.write(`${describeTables(tables)}${lines.join('\n')}\n`);
}

async function verify(
  from: string,
  to: DatabasePlace | null,
  parameters: CommandParameters,
): Promise<void> {
  const elapsed = createStopwatch();
  const log = await createLog({ format: 'json', level: 'warn' }, process.stderr);
  const files = to === null ? null : placeOfFiles(to, parameters);
  const report = await verifyBackup({
    from,
    to,
    objects: files === null ? null : existingObjects(files),
    clock: systemClock,
    log,
    onProgress: createProgress(),
  });
  process.stdout.write(describe(report, { hasTarget: to !== null, elapsed: elapsed() }));
  if (report.problems.length > 0) process.exitCode = 1;
}

function openTargetFiles(
  to: DatabasePlace,
  parameters: CommandParameters,
): (() => Promise<ObjectStore>) | null {
  const place = placeOfFiles(to, parameters);
  return place === null ? null : () => openObjects(place);
}

/** @returns null to leave them out. @throws StartupError where nobody has said where servers keep them. */
function placeOfFiles(to: DatabasePlace, parameters: CommandParameters): FilesPlace | null {
  if (parameters.has('without-files')) return null;
  const place = filesOf(to, readConfiguration(process.env).filesPlace);
  if (place !== null) return place;
  throw new StartupError(
    'Set FILES_URL to where the servers on this database keep uploaded files, or add --without-files.',
  );
}

function describe(
  { manifest, sha256, problems }: VerifyReport,
  { hasTarget, elapsed }: { readonly hasTarget: boolean; readonly elapsed: string },
): string {
  const { files } = manifest;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const held = [
    `${rows} rows in ${manifest.tables.length} tables`,
    files === null ? 'no uploaded files' : `${files.count} uploaded files`,
    manifest.secret === null ? 'no secret' : 'the secret',
  ];
  const lost = files?.lost.length ?? 0;
  const lines = [
    ...problems,
    `Backup of ${manifest.createdAt}, by version ${manifest.version}: ${held.join(', ')}.`,
    `SHA-256 of its manifest: ${sha256}`,
    ...(lost > 0
      ? [`More files that had been lost or damaged before the backup was made: ${lost}.`]
      : []),
    problems.length === 0
      ? `The backup is whole${hasTarget ? ', and the target has the same' : ''}; checked in ${elapsed}.`
      : `Problems: ${problems.length}; checked in ${elapsed}.`,
  ];
  return `${lines.join('\n')}\n`;
}

await runCommand(
  {
    name: 'restore',
    usage: USAGE,
    values: ['from', 'to'],
    flags: ['verify', 'without-files'],
  },
  restore,
);
