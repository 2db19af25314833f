/** Who wrote with which Yjs client ids. */
import type { Database } from '../tables.ts';

/** Each page that was opened and written in has one. */
const CLIENTS_PER_PAGE = 10_000;

export interface ClientPage {
  readonly clients: [client: number, user: string][];
  /** Where the list goes on (HY5); null at its end. */
  readonly next: number | null;
}

export async function readClients(
  db: Database,
  document: string,
  { after, limit = CLIENTS_PER_PAGE }: { readonly after: number; readonly limit?: number },
): Promise<ClientPage> {
  const rows = await db
    .selectFrom('client')
    .select(['client', 'user'])
    .where('document', '=', document)
    .where('client', '>', after)
    .orderBy('client')
    .limit(limit)
    .execute();
  const clients = rows.map(({ client, user }): [number, string] => [Number(client), user]);
  return { clients, next: rows.length < limit ? null : (clients.at(-1)?.[0] ?? null) };
}
