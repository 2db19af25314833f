/** The entry point of `tandem migrate`: moves a stopped server between its data directory and Postgres. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keepSecret, readSecret } from './accounts/secret.ts';
import { databaseUrl } from './configuration/setting-schemas.ts';
import { systemClock } from './runtime/clock.ts';
import { createLog } from './runtime/log.ts';
import { StartupError } from './runtime/startup-error.ts';
import { prepareDataFolder, PRIVATE_UMASK } from './storage/data-folder.ts';
import { StorageError } from './storage/storage-error.ts';
import { migrateToFolder, migrateToPostgres } from './storage/transfer/server-migration.ts';
import type { TableReport, TransferProgress } from './storage/transfer/transfer.ts';

const USAGE = `Usage: migrate --from <data directory> --to <postgres://…>
       migrate --from <postgres://…> --to <data directory>`;
const PROGRESS_INTERVAL_MS = 1_000;

type Direction =
  | { readonly to: 'postgres'; readonly folder: string; readonly url: string }
  | { readonly to: 'folder'; readonly folder: string; readonly url: string };

async function main(): Promise<void> {
  const direction = readDirection(process.argv.slice(2));
  process.umask(PRIVATE_UMASK);
  const log = await createLog({ format: 'json', level: 'info' }, process.stderr);
  const startMs = systemClock.monotonicMs();
  const reports = await run(direction, { clock: systemClock, log, onProgress: createProgress() });
  const seconds = ((systemClock.monotonicMs() - startMs) / 1_000).toFixed(1);
  process.stdout.write(describe(reports));
  process.stdout.write(
    `All rows are the same on both sides, after ${seconds} s. The source is unchanged: keep it as a backup, and start the server on the target only.\n`,
  );
}

async function run(
  { to, folder, url }: Direction,
  common: Pick<Parameters<typeof migrateToPostgres>[0], 'clock' | 'log' | 'onProgress'>,
): Promise<readonly TableReport[]> {
  const hasOwnSecret = (process.env['AUTH_SECRET'] ?? '') !== '';
  if (to === 'postgres') {
    const source = resolve(folder);
    const secret = hasOwnSecret ? null : await readSecret(source);
    return await migrateToPostgres({ folder: source, url, secret, ...common });
  }
  const target = await prepareDataFolder(folder);
  return await migrateToFolder({
    folder: target,
    url,
    keepSecret: async (secret) => {
      if (!hasOwnSecret) await keepSecret(target, secret);
    },
    ...common,
  });
}

/** @throws StartupError */
function readDirection(parameters: readonly string[]): Direction {
  const { from, to } = readParameters(parameters);
  if (from === undefined || to === undefined) throw new StartupError(USAGE);
  const [source, target] = [isAddress(from), isAddress(to)];
  if (source === target)
    throw new StartupError(
      `One of --from and --to must be a data directory, and the other one the address of a Postgres database.\n${USAGE}`,
    );
  return source
    ? { to: 'folder', url: readUrl(from, '--from'), folder: to }
    : { to: 'postgres', url: readUrl(to, '--to'), folder: from };
}

function readParameters(parameters: readonly string[]) {
  try {
    const options = { from: { type: 'string' }, to: { type: 'string' } } as const;
    // pnpm passes on the separator.
    const args = parameters.filter((parameter) => parameter !== '--');
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function isAddress(text: string): boolean {
  return /^postgres(ql)?:/.test(text);
}

function readUrl(text: string, name: string): string {
  const read = databaseUrl().safeParse(text);
  // The address may hold a password.
  if (!read.success)
    throw new StartupError(
      `${name} must be an address such as postgres://user:password@db.example.org/tandem.`,
    );
  return read.data.href;
}

/** Prints each table once, and then once a second. */
function createProgress(): (progress: TransferProgress) => void {
  let printed = { step: '', table: '', atMs: 0 };
  return ({ step, table, rows }) => {
    const atMs = systemClock.monotonicMs();
    const isNew = step !== printed.step || table !== printed.table;
    if (!isNew && atMs < printed.atMs + PROGRESS_INTERVAL_MS) return;
    printed = { step, table, atMs };
    process.stderr.write(`${step} ${table}: ${rows} rows\n`);
  };
}

function describe(reports: readonly TableReport[]): string {
  return reports
    .map(
      ({ table, rows, sha256 }) => `${table.padEnd(14)}${String(rows).padStart(10)}  ${sha256}\n`,
    )
    .join('');
}

try {
  await main();
} catch (error) {
  const known = error instanceof StartupError || error instanceof StorageError;
  process.stderr.write(
    `Tandem cannot migrate.\n${known ? error.message : (error as Error).stack}\n`,
  );
  process.exit(1);
}
