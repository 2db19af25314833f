import { expect, test } from 'vitest';
import type { ChannelEvent, Notification } from '@tandem/protocol';
import { replayedEvents } from './replayed-events.ts';

const [FIRST, SECOND] = ['01K00000000000000000000001', '01K00000000000000000000002'] as const;

function listed(...of: readonly (readonly [id: string, excerpt: string])[]): ChannelEvent {
  const notifications = of.map(([id, excerpt]): Notification => ({
    ...{ id, excerpt, kind: 'mention', document: 'd1', title: 'Plan', source: null, at: 1 },
    ...{ by: { id: 'ada', name: 'Ada', color: 1 }, isRead: false },
  }));
  return { name: 'notification:listed', at: 1, notifications };
}

const removed = (...notifications: string[]): ChannelEvent => ({
  ...{ name: 'notification:removed', at: 1, notifications },
});

test('NT7 a person who returns gets no words that were taken back', () => {
  const events = [listed([FIRST, 'secret'], [SECOND, 'public']), removed(FIRST)];
  expect(replayedEvents(events)).toEqual([listed([SECOND, 'public']), removed(FIRST)]);
});

test('NT7 a person who returns gets the words of now', () => {
  const events = [listed([FIRST, 'secret']), removed(FIRST), listed([FIRST, 'new'])];
  expect(replayedEvents(events)).toEqual([listed(), removed(FIRST), listed([FIRST, 'new'])]);
  const edited = [listed([FIRST, 'secret']), listed([FIRST, 'new'])];
  expect(replayedEvents(edited)).toEqual([listed(), listed([FIRST, 'new'])]);
});

test('passes on all other events as they are', () => {
  const events: ChannelEvent[] = [
    { name: 'notification:seen', at: 1, notifications: [FIRST] },
    removed(SECOND),
  ];
  expect(replayedEvents(events)).toBe(events);
});
