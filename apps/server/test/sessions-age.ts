/** Lets sessions and links of a running server be as old as a test needs them, in whichever database it has. */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Client } from 'pg';
import type { RunningServer } from './running-server.ts';

interface Age {
  readonly user: string;
  readonly ms: number;
}

/** The person's last sign-in was `ms` earlier. */
export async function ageSessions(server: RunningServer, { user, ms }: Age): Promise<void> {
  await update(server, `update session set confirmed_at = confirmed_at - ${ms} where "user"`, user);
}

/** The links with which this person sets a new password were mailed `ms` earlier. */
export async function ageResetLinks(server: RunningServer, { user, ms }: Age): Promise<void> {
  await update(server, `update one_time set expires_at = expires_at - ${ms} where subject`, user);
}

async function update(
  { dataDir, databaseUrl }: RunningServer,
  query: string,
  user: string,
): Promise<void> {
  if (databaseUrl === null) {
    const database = new DatabaseSync(join(dataDir, 'tandem.db'), { timeout: 10_000 });
    database.prepare(`${query} = ?`).run(user);
    database.close();
    return;
  }
  const client = new Client(databaseUrl);
  await client.connect();
  await client.query(`${query} = $1`, [user]);
  await client.end();
}
