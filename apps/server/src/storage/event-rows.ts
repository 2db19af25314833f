/** Reads stored channel events. */
import { channelEvent, type ChannelEvent } from '@tandem/protocol';
import { fitStored } from './stored-texts.ts';
import type { Database } from './tables.ts';
import { EVENTS } from '../limits.ts';
import type { ChannelKey } from './channel-key.ts';

/** Consecutive events of one channel: those with the offsets `from + 1`, `from + 2` … */
export interface EventRun {
  readonly from: number;
  readonly events: readonly ChannelEvent[];
  readonly bytes: number;
}

/**
 * The newest events up to offset `to`, without a gap; null when there are none. Stops at an event that does
 * not fit the wire's schema because another version wrote it; clients that need it get the state instead.
 */
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
    .limit(EVENTS.maxStored)
    .execute();
  if (rows[0]?.offset !== to) return null;
  const events: ChannelEvent[] = [];
  let bytes = 0;
  for (const { data } of rows) {
    const event = readEvent(data);
    if (event === null) break;
    events.push(event);
    bytes += data.length;
  }
  return events.length === 0 ? null : { from: to - events.length, events: events.reverse(), bytes };
}

function readEvent(data: string): ChannelEvent | null {
  try {
    return channelEvent.safeParse(JSON.parse(data, fitStored)).data ?? null;
  } catch {
    return null;
  }
}
