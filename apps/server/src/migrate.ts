/** The entry point of `tandem migrate`: moves a stopped server between its data directory and Postgres. */
import { keepSecret, readSecret } from './accounts/secret.ts';
import {
  createProgress,
  createStopwatch,
  describeTables,
  readPlace,
  runCommand,
  type CommandParameters,
} from './command-line.ts';
import { systemClock } from './runtime/clock.ts';
import { createLog } from './runtime/log.ts';
import { StartupError } from './runtime/startup-error.ts';
import { fillEmpty, readStopped } from './storage/transfer/databases.ts';
import { transfer } from './storage/transfer/transfer.ts';

const USAGE = `Usage: migrate --from <data directory> --to <postgres://…>
       migrate --from <postgres://…> --to <data directory>`;

async function migrate(parameters: CommandParameters): Promise<void> {
  const { from, to } = readDirection(parameters);
  const log = await createLog({ format: 'json', level: 'info' }, process.stderr);
  const elapsed = createStopwatch();
  const hasOwnSecret = (process.env['AUTH_SECRET'] ?? '') !== '';
  const inFolder = from.kind === 'folder' && !hasOwnSecret ? await readSecret(from.path) : null;
  const options = { clock: systemClock, log };
  const reports = await readStopped(from, options, async (source, inDatabase) => {
    const value = hasOwnSecret ? null : (inFolder ?? inDatabase);
    return await fillEmpty(
      to,
      { clock: systemClock, secret: { value, keep: keepSecret } },
      (target) =>
        transfer(source, target, {
          clock: systemClock,
          timeline: 'another',
          onProgress: createProgress(),
        }),
    );
  });
  process.stdout.write(describeTables(reports));
  process.stdout.write(
    `All rows are the same on both sides, after ${elapsed()}. The source is unchanged: keep it as a backup, and start the server on the target only.\n`,
  );
}

/** @throws StartupError */
function readDirection({ value }: CommandParameters) {
  const [from, to] = [value('from'), value('to')];
  if (from === undefined || to === undefined) throw new StartupError(USAGE);
  const places = { from: readPlace(from, '--from'), to: readPlace(to, '--to') };
  if (places.from.kind === places.to.kind)
    throw new StartupError(
      `One of --from and --to must be a data directory, and the other one the address of a Postgres database.\n${USAGE}`,
    );
  return places;
}

await runCommand({ name: 'migrate', usage: USAGE, values: ['from', 'to'], flags: [] }, migrate);
