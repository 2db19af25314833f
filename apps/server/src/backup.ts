/** The entry point of `tandem backup`: copies everything of a server, which goes on meanwhile. */
import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { readSecret } from './accounts/secret.ts';
import {
  createProgress,
  createStopwatch,
  describeTables,
  filesOf,
  runCommand,
  type CommandParameters,
} from './command-line.ts';
import { readConfiguration } from './configuration/configuration.ts';
import { systemClock } from './runtime/clock.ts';
import { createLog } from './runtime/log.ts';
import { PRODUCT_VERSION } from './runtime/product-version.ts';
import { StartupError } from './runtime/startup-error.ts';
import { createBackup, type BackupReport } from './storage/backup/create-backup.ts';
import { existingObjects } from './storage/storage.ts';
import type { DatabasePlace } from './storage/transfer/databases.ts';

const USAGE = `Usage: backup --to <new folder> [--without-files]

Copies the database, the uploaded files and the secret of the server with the settings of this environment
(DATA_DIR, DATABASE_URL, FILES_URL, AUTH_SECRET). The server goes on meanwhile.

  --to <folder>     a folder to create; its content lets anyone sign in as anyone, so keep it as safe as the server
  --without-files   leaves uploaded files out, for example where the bucket has a backup of its own

Exit codes: 0 complete; 1 no backup; 2 complete, but files were lost or damaged on the server already.`;

/** Complete, with everything that the server still had. */
const INCOMPLETE_SOURCE = 2;

async function backup(parameters: CommandParameters): Promise<void> {
  const to = parameters.value('to');
  if (to === undefined) throw new StartupError(USAGE);
  const configuration = readConfiguration(process.env);
  const { databaseUrl, filesPlace } = configuration;
  const from: DatabasePlace =
    databaseUrl === null
      ? { kind: 'folder', path: resolve(configuration.dataDir) }
      : { kind: 'postgres', url: databaseUrl.href };
  const log = await createLog({ format: 'json', level: 'warn' }, process.stderr);
  // The server's threads go first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const elapsed = createStopwatch();
  const hasOwnSecret = configuration.authSecrets !== null;
  const withoutFiles = parameters.has('without-files');
  const files = withoutFiles ? null : filesOf(from, filesPlace);
  const report = await createBackup({
    from,
    to,
    objects: files === null ? null : existingObjects(files),
    withoutFiles,
    secret: from.kind === 'folder' && !hasOwnSecret ? await readSecret(from.path) : null,
    hasOwnSecret,
    version: PRODUCT_VERSION,
    clock: systemClock,
    log,
    onProgress: createProgress(),
  });
  process.stdout.write(describe(report, { to: resolve(to), elapsed: elapsed(), hasOwnSecret }));
  const lost = report.manifest.files?.lost ?? [];
  if (lost.length === 0) return;
  process.stderr.write(
    `Files that are not in the backup, because the server has lost them or they are damaged: ${lost.length}. The first are ${lost.slice(0, 5).join(', ')}. Look for them in older backups.\n`,
  );
  process.exitCode = INCOMPLETE_SOURCE;
}

function describe(
  { manifest, sha256 }: BackupReport,
  { to, elapsed, hasOwnSecret }: { to: string; elapsed: string; hasOwnSecret: boolean },
): string {
  const { files } = manifest;
  const lines = [
    files === null
      ? 'Uploaded files are not in it.'
      : `Uploaded files: ${files.count}, ${files.bytes} bytes.`,
    ...(hasOwnSecret ? ['AUTH_SECRET is not in it: keep it yourself.'] : []),
    `The backup in ${to} holds everything that was saved by ${manifest.createdAt}; it took ${elapsed}.`,
    `SHA-256 of its manifest: ${sha256}`,
  ];
  return `${describeTables(manifest.tables)}${lines.join('\n')}\n`;
}

await runCommand(
  { name: 'backup', usage: USAGE, values: ['to'], flags: ['without-files'] },
  backup,
);
