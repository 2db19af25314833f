/** Rows of a running server's tables, in whichever database. */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Client } from 'pg';
import type { RunningServer } from './running-server.ts';

type Row = Readonly<Record<string, unknown>>;

export async function countRows(server: RunningServer, table: string): Promise<number> {
  const [row] = await query(server, `select count(*) as count from ${table}`);
  return Number(row?.['count']);
}

/** Changes rows as only time, or another version of the server, would. */
export async function changeRows(server: RunningServer, statement: string): Promise<void> {
  await query(server, statement);
}

async function query(
  { dataDir, databaseUrl }: RunningServer,
  statement: string,
): Promise<readonly Row[]> {
  if (databaseUrl === null) {
    const database = new DatabaseSync(join(dataDir, 'tandem.db'), { timeout: 10_000 });
    const rows = database.prepare(statement).all() as Row[];
    database.close();
    return rows;
  }
  const client = new Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query<Row>(statement);
  await client.end();
  return rows;
}
