/** Reads stored channel events. */
import { receivedEvent, type ChannelEvent } from '@tandem/protocol';
import { z } from 'zod';
import { fitStored } from './stored-texts.ts';
import type { Database } from './tables.ts';
import { EVENTS } from './limits.ts';
import type { ChannelKey } from './channel-key.ts';

/** Consecutive events of one channel: those with the offsets `from + 1`, `from + 2` … */
export interface EventRun {
  readonly from: number;
  readonly events: readonly ChannelEvent[];
  readonly bytes: number;
}

/**
 * The newest events up to offset `to`, without a gap; null when there are none. What a newer version wrote is passed
 * on as it is (UP9). Stops at an event of a known kind that does not fit the wire's schema; clients that need it get
 * the state instead.
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

/** With its time, by which it is forgotten. */
const timed = z.looseObject({ at: z.number() });

/** Clients read as tolerantly (W45), so for them an unknown event is one. */
function isEvent(event: unknown): event is ChannelEvent {
  return receivedEvent.safeParse(event).success && timed.safeParse(event).success;
}

function readEvent(data: string): ChannelEvent | null {
  try {
    const event: unknown = JSON.parse(data, fitStored);
    return isEvent(event) ? event : null;
  } catch {
    return null;
  }
}
