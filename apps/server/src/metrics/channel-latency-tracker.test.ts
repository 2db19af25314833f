import { expect, test } from 'vitest';
import { errorOf, type MessageOf, type ServerMessage } from '@tandem/protocol';
import { ChannelLatencyTracker, type Waiting } from './channel-latency-tracker.ts';
import { expose } from './instruments.ts';
import { Metrics } from './metrics.ts';

const opened = (base: number): MessageOf<'opened'> => ({
  type: 'opened',
  channel: 1,
  ref: 1,
  document: 'document',
  kind: 'data',
  title: '',
  access: 'edit',
  schema: 0,
  epoch: 'i',
  timeline: 't1',
  base,
  offset: base,
  stateVector: new Uint8Array(),
});
const ack = (cseq: number): MessageOf<'ack'> => ({ type: 'ack', channel: 1, cseq, from: 0, to: 0 });

function context(opening: 'first' | 'return' = 'first') {
  const metrics = new Metrics();
  const room = new ChannelLatencyTracker(metrics, 'document');
  let waiting: Waiting | null = room.opening(opening);
  const clock = {
    sent: (cseq: number) => void (waiting = room.sent(waiting, cseq)),
    delivered: (message: ServerMessage) => void (waiting = room.delivered(waiting, message)),
  };
  const counted = (line: string): number =>
    Number(new RegExp(`^${line} (.*)$`, 'm').exec(expose(metrics.instruments))?.[1]);
  return { metrics, clock, counted };
}

test('measures the opening, and then the oldest and the newest update of a burst', () => {
  const { clock, counted } = context();
  clock.sent(1);
  clock.delivered(ack(1));
  clock.delivered(opened(0));
  expect(counted('tandem_document_open_duration_seconds_count')).toBe(1);
  expect(counted('tandem_update_ack_seconds_count')).toBe(0);
  clock.sent(1);
  clock.sent(2);
  clock.sent(3);
  clock.delivered(ack(1));
  clock.delivered(ack(2));
  expect(counted('tandem_update_ack_seconds_count')).toBe(1);
  clock.delivered(ack(3));
  expect(counted('tandem_update_ack_seconds_count')).toBe(2);
  clock.sent(4);
  clock.sent(5);
  clock.delivered(ack(5));
  expect(counted('tandem_update_ack_seconds_count')).toBe(3);
});

test('counts what a copy that comes back is given', () => {
  const back = context('return');
  back.clock.delivered(opened(7));
  expect(back.metrics.recoveries.of('rows')).toBe(1);
  const again = context('return');
  again.clock.delivered(opened(0));
  expect(again.metrics.recoveries.of('whole')).toBe(1);
  const lost = context('return');
  lost.clock.delivered({ type: 'closed', channel: 1, error: errorOf('epoch-changed') });
  expect(lost.metrics.recoveries.of('refused')).toBe(1);
  const first = context();
  first.clock.delivered(opened(0));
  expect(first.metrics.recoveries.total).toBe(0);
});

test('counts refusals, and waits no more for what was refused', () => {
  const { metrics, clock, counted } = context();
  clock.delivered(opened(0));
  clock.sent(1);
  clock.delivered({ type: 'nack', channel: 1, cseq: 1, error: errorOf('invalid-update') });
  clock.delivered(ack(1));
  expect(metrics.errorsSent.of('invalid-update')).toBe(1);
  expect(counted('tandem_update_ack_seconds_count')).toBe(0);
});
