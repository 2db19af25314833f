/** What `tandem migrate`, `tandem backup` and `tandem restore` have in common. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { databaseUrl, type FilesPlace } from './configuration/setting-schemas.ts';
import { systemClock } from './runtime/clock.ts';
import { StartupError } from './runtime/startup-error.ts';
import { filesIn, PRIVATE_UMASK } from './storage/data-folder.ts';
import { StorageError } from './storage/storage-error.ts';
import type { DatabasePlace } from './storage/transfer/databases.ts';
import type { TableReport, TransferProgress } from './storage/transfer/transfer.ts';

const PROGRESS_INTERVAL_MS = 1_000;

export interface CommandDefinition {
  readonly name: 'migrate' | 'backup' | 'restore';
  readonly usage: string;
  /** The names of parameters, without their dashes; flags have no value. */
  readonly values: readonly string[];
  readonly flags: readonly string[];
}

export interface CommandParameters {
  readonly value: (name: string) => string | undefined;
  readonly has: (flag: string) => boolean;
}

/** Runs one command, and ends the process with a sentence where it fails. */
export async function runCommand(
  definition: CommandDefinition,
  run: (parameters: CommandParameters) => Promise<void>,
): Promise<void> {
  try {
    // pnpm passes on the separator.
    const args = process.argv.slice(2).filter((parameter) => parameter !== '--');
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(`${definition.usage}\n`);
      return;
    }
    process.umask(PRIVATE_UMASK);
    await run(readParameters(definition, args));
  } catch (error) {
    const known = error instanceof StartupError || error instanceof StorageError;
    process.stderr.write(
      `tandem ${definition.name} failed.\n${known ? error.message : (error as Error).stack}\n`,
    );
    process.exit(1);
  }
}

function readParameters(
  { usage, values, flags }: CommandDefinition,
  args: string[],
): CommandParameters {
  const options = Object.fromEntries([
    ...values.map((name) => [name, { type: 'string' as const }] as const),
    ...flags.map((name) => [name, { type: 'boolean' as const }] as const),
  ]);
  try {
    const read: Readonly<Record<string, unknown>> = parseArgs({ args, options }).values;
    return {
      value: (name) => read[name] as string | undefined,
      has: (flag) => read[flag] === true,
    };
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n${usage}`, { cause: error });
  }
}

/** @param name of the parameter. @throws StartupError */
export function readPlace(text: string, name: string): DatabasePlace {
  if (!/^postgres(ql)?:/.test(text)) return { kind: 'folder', path: resolve(text) };
  const read = databaseUrl().safeParse(text);
  // The address may hold a password.
  if (!read.success)
    throw new StartupError(
      `${name} must be an address such as postgres://user:password@db.example.org/tandem.`,
    );
  return { kind: 'postgres', url: read.data.href };
}

/** Null: servers on this database take no files. */
export function filesOf(place: DatabasePlace, configured: FilesPlace | null): FilesPlace | null {
  if (configured !== null) return configured;
  return place.kind === 'folder' ? filesIn(place.path) : null;
}

/** Prints each table once, and then once a second. */
export function createProgress(): (progress: TransferProgress) => void {
  let printed = { step: '', table: '', atMs: 0 };
  return ({ step, table, rows }) => {
    const atMs = systemClock.monotonicMs();
    const isNew = step !== printed.step || table !== printed.table;
    if (!isNew && atMs < printed.atMs + PROGRESS_INTERVAL_MS) return;
    printed = { step, table, atMs };
    process.stderr.write(`${step} ${table}: ${rows}${table === 'files' ? '' : ' rows'}\n`);
  };
}

export function describeTables(reports: readonly TableReport[]): string {
  return reports
    .map(
      ({ table, rows, sha256 }) => `${table.padEnd(18)}${String(rows).padStart(10)}  ${sha256}\n`,
    )
    .join('');
}

export function createStopwatch(): () => string {
  const startMs = systemClock.monotonicMs();
  return () => `${((systemClock.monotonicMs() - startMs) / 1_000).toFixed(1)} s`;
}
