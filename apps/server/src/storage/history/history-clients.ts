/** Who wrote with which Yjs client ids. */
import type { Database } from '../tables.ts';

/** Each page that was opened and written in has one. */
const MAX_CLIENTS = 50_000;

export async function readClients(
  db: Database,
  document: string,
): Promise<[client: number, user: string][]> {
  const rows = await db
    .selectFrom('client')
    .select(['client', 'user'])
    .where('document', '=', document)
    .limit(MAX_CLIENTS)
    .execute();
  return rows.map(({ client, user }) => [client, user]);
}
