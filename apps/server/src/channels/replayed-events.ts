/** What a person who returns gets of the events that they missed. */
import type { ChannelEvent } from '@tandem/protocol';

/**
 * The same events, without what later ones among them replace or take back: a person may no longer read those
 * notifications, or not in those words (NT7).
 */
export function replayedEvents(events: readonly ChannelEvent[]): readonly ChannelEvent[] {
  if (!events.some(({ name }) => name === 'notification:listed')) return events;
  const later = new Set<string>();
  return events
    .map((_, at) => withoutLater(events.at(-1 - at) as ChannelEvent, later))
    .toReversed();
}

/** @param later the notifications of later events, to which those of this one are added */
function withoutLater(event: ChannelEvent, later: Set<string>): ChannelEvent {
  if (event.name === 'notification:removed') for (const id of event.notifications) later.add(id);
  if (event.name !== 'notification:listed') return event;
  const notifications = event.notifications.filter(({ id }) => !later.has(id));
  for (const { id } of notifications) later.add(id);
  return { ...event, notifications };
}
