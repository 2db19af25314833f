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

/** The person has confirmed the address of their account. */
export async function confirmAddress(server: RunningServer, user: string): Promise<void> {
  await update(server, 'update identity set verified_at = 1 where "user"', user);
}

/** The account has no e-mail address any more. */
export async function forgetAddress(server: RunningServer, user: string): Promise<void> {
  await update(server, 'delete from identity where "user"', user);
}

/** The person was notified `ms` earlier, and the digest about it is due as much earlier. */
export async function ageNotifications(server: RunningServer, { user, ms }: Age): Promise<void> {
  await update(server, `update notification set at = at - ${ms} where "user"`, user);
  await update(server, `update digest set sent_at = sent_at - ${ms} where "user"`, user);
  const jobs = `update job set due_at = due_at - ${ms} where lease is null and kind = 'digest'`;
  await update(server, `${jobs} and key`, user);
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
