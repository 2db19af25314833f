/** The words of documents in stored events, which are kept for people who return: they go with the documents (PO4). */
import { sql } from 'kysely';
import type { ChannelKey } from './channel-key.ts';
import { containing } from './documents.ts';
import type { Database, EventTable } from './tables.ts';

/** Lists have gapless events, so those of the document stay, without its words. */
export async function blankEvents(
  db: Database,
  { document, channels }: { readonly document: string; readonly channels: readonly ChannelKey[] },
): Promise<void> {
  for (let from = 0; from < channels.length; from += CHANNELS_AT_ONCE) {
    const rows = await db
      .selectFrom('event')
      .select(['channel', 'offset', 'data'])
      .where('channel', 'in', channels.slice(from, from + CHANNELS_AT_ONCE))
      .where(sql<boolean>`data like ${containing(`"${document}"`)} escape '\\'`)
      .execute();
    for (const row of rows) await blankEvent(db, row);
  }
}

async function blankEvent(
  db: Database,
  { channel, offset, data }: Pick<EventTable, 'channel' | 'offset' | 'data'>,
): Promise<void> {
  await db
    .updateTable('event')
    .set({ data: JSON.stringify(JSON.parse(data, blank)) })
    .where('channel', '=', channel)
    .where('offset', '=', offset)
    .execute();
}

/**
 * Takes the words of documents out of the stored events of somebody's list, who has lost them: those of `lost`, and of
 * what is inside them, as far as `isListed` does not say that they are there still. A purge does not find the list (PO4).
 */
export async function blankLost(
  db: Database,
  {
    channel,
    lost,
    findListed,
  }: {
    readonly channel: ChannelKey;
    readonly lost: readonly string[];
    readonly findListed: (documents: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;
  },
): Promise<void> {
  const rows = await db
    .selectFrom('event')
    .select(['offset', 'data'])
    .where('channel', '=', channel)
    .where('data', 'like', '%"title"%')
    .execute();
  const named = rows.map((row) => ({ ...row, ids: new Set(idsIn(row.data)) }));
  const all = [...new Set(named.flatMap(({ ids }) => [...ids]))];
  const gone = new Set(all.filter((id) => lost.includes(id)));
  for (let from = 0; from < all.length; from += IDS_AT_ONCE) {
    const inside = await db
      .selectFrom('document_ancestor')
      .select('document')
      .where('ancestor', 'in', lost)
      .where('document', 'in', all.slice(from, from + IDS_AT_ONCE))
      .execute();
    for (const { document } of inside) gone.add(document);
  }
  const listed = await findListed([...gone]);
  for (const id of listed.keys()) gone.delete(id);
  for (const { offset, data, ids } of named)
    if ([...ids].some((id) => gone.has(id))) await blankEvent(db, { channel, offset, data });
}

/** All texts of an event that can be ids of documents. */
function idsIn(data: string): string[] {
  return Array.from(data.matchAll(/"([A-Za-z0-9_-]{1,64})"/g), ([, id]) => id!);
}

const CHANNELS_AT_ONCE = 100;
const IDS_AT_ONCE = 500;

function blank(name: string, value: unknown): unknown {
  return name === 'title' || name === 'excerpt' ? '' : value;
}
