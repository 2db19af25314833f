/** PgBouncer before the tests' Postgres, in transaction mode: a connection has a session for one transaction only. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPostgresUser } from '../../scripts/programs.mjs';
import { findProgram, freePort, startProgram } from '../programs.ts';
import { temporaryFolder } from '../running-server.ts';

export const pgBouncer = await findProgram({ name: 'pgbouncer', package: 'pgbouncer' });

export interface RunningPgBouncer {
  readonly urlOf: (database: string) => string;
  readonly restart: () => Promise<void>;
}

/** @param postgres is the folder of its socket. @param sessions of Postgres, for all nodes together. */
export async function runPgBouncer(
  postgres: string,
  { sessions }: { readonly sessions: number },
): Promise<RunningPgBouncer> {
  const folder = await temporaryFolder();
  // It runs as the user who may open the socket of Postgres.
  await chmod(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${postgres} user=tandem
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${sessions}
max_client_conn = 500
`,
  );
  const user = await findPostgresUser();
  const run = () => startProgram([pgBouncer as string, file], { port, folder, user });
  let running = await run();
  return {
    urlOf: (database) => `postgres://tandem@127.0.0.1:${port}${new URL(database).pathname}`,
    restart: async () => {
      await running.stop();
      running = await run();
    },
  };
}
