/** Lets sessions of a running server be as old as a test needs them, in whichever database it has. */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Client } from 'pg';
import type { RunningServer } from './running-server.ts';

/** The person's last sign-in was `ms` earlier. */
export async function ageSessions(
  { dataDir, databaseUrl }: RunningServer,
  { user, ms }: { readonly user: string; readonly ms: number },
): Promise<void> {
  if (databaseUrl === null) {
    const database = new DatabaseSync(join(dataDir, 'tandem.db'), { timeout: 10_000 });
    database
      .prepare('update session set confirmed_at = confirmed_at - ? where "user" = ?')
      .run(ms, user);
    database.close();
    return;
  }
  const client = new Client(databaseUrl);
  await client.connect();
  await client.query('update session set confirmed_at = confirmed_at - $1 where "user" = $2', [
    ms,
    user,
  ]);
  await client.end();
}
