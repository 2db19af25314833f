/** Events as the database has them: the newest of each channel. */
import type { ChannelEvent } from '@tandem/protocol';
import type { Database } from '../database/tables.ts';
import { KEPT_EVENTS } from '../limits.ts';
import type { ChannelKey } from './channel-key.ts';
import type { EventRun } from './event-ring.ts';

/** The newest events up to offset `to`, without a gap; null when there are none. */
export async function readEvents(
  db: Database,
  key: ChannelKey,
  to: number,
): Promise<EventRun | null> {
  const rows = await db
    .selectFrom('event')
    .select(['offset', 'data'])
    .where('channel', '=', key)
    .where('offset', '<=', to)
    .orderBy('offset', 'desc')
    .limit(KEPT_EVENTS)
    .execute();
  const oldest = rows.at(-1);
  if (oldest === undefined || rows[0]?.offset !== to) return null;
  rows.reverse();
  return {
    from: oldest.offset - 1,
    events: rows.map(({ data }) => JSON.parse(data) as ChannelEvent),
    bytes: rows.reduce((sum, { data }) => sum + data.length, 0),
  };
}
