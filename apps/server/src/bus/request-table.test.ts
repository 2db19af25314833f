import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { ReplyOutcome } from './bus.ts';
import { RequestTable } from './request-table.ts';

const SELF = { node: 'a', boot: 'boot-2-of-a' };
const OTHER = { node: 'b', boot: 'boot-of-b' };

function ask() {
  const clock = new ManualClock(1_000);
  const send = () => 'sent' as const;
  const table = new RequestTable({ self: SELF, clock, send, onError: () => expect.unreachable() });
  const outcomes: ReplyOutcome[] = [];
  const request = { node: 'b', service: 'ask', payload: Uint8Array.of(1), timeoutMs: 500 };
  void table.request(OTHER, request).then((outcome) => outcomes.push(outcome));
  const reply = (from: typeof OTHER, toBoot: string, answer: number) =>
    table.handleReply({
      kind: 'reply',
      from,
      id: 1,
      toBoot,
      outcome: 'answered',
      payload: Uint8Array.of(answer),
    });
  return { clock, outcomes, reply };
}

test('BU15: a reply to an earlier boot, or from another one than was asked, is not read', async () => {
  const { clock, outcomes, reply } = ask();
  reply(OTHER, 'boot-1-of-a', 2);
  reply({ node: 'b', boot: 'next-boot-of-b' }, SELF.boot, 3);
  await clock.advanceAsync(1);
  expect(outcomes).toEqual([]);
  reply(OTHER, SELF.boot, 4);
  await clock.advanceAsync(1);
  expect(outcomes).toEqual([{ kind: 'answered', payload: Uint8Array.of(4) }]);
});

test('BU15: only the first reply is read, and none after the request ended', async () => {
  const first = ask();
  first.reply(OTHER, SELF.boot, 2);
  first.reply(OTHER, SELF.boot, 3);
  await first.clock.advanceAsync(1);
  expect(first.outcomes).toEqual([{ kind: 'answered', payload: Uint8Array.of(2) }]);

  const late = ask();
  await late.clock.advanceAsync(600);
  late.reply(OTHER, SELF.boot, 2);
  expect(late.outcomes).toEqual([{ kind: 'timeout' }]);
});
