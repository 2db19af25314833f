/** The words of documents in stored events, which are kept for people who return. */
import { sql } from 'kysely';
import type { ChannelKey } from './channel-key.ts';
import { containing } from './documents.ts';
import type { Database } from './tables.ts';

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
    const blanked = rows
      .map((row) => ({ ...row, blank: JSON.stringify(JSON.parse(row.data, blank)) }))
      .filter((row) => row.blank !== row.data);
    for (let at = 0; at < blanked.length; at += EVENTS_AT_ONCE) {
      const values = blanked
        .slice(at, at + EVENTS_AT_ONCE)
        .map((row) => sql`(${row.channel}, cast(${row.offset} as bigint), ${row.blank})`);
      await sql`with blanked (channel, number, data) as (values ${sql.join(values)})
        update event set data = blanked.data from blanked
        where event.channel = blanked.channel and event."offset" = blanked.number`.execute(db);
    }
  }
}

const CHANNELS_AT_ONCE = 100;
const EVENTS_AT_ONCE = 500;

function blank(name: string, value: unknown): unknown {
  return name === 'title' || name === 'excerpt' ? '' : value;
}
