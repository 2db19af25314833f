import { errorOf } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import {
  answer,
  appended,
  ack,
  CHANNEL,
  close,
  COME_BACK,
  engineEvent,
  nack,
  row,
  send,
  start,
  update,
} from './testing/room-harness.ts';

describe('opening', () => {
  test('SY20 an opening asks the engine and is answered with the parts', () => {
    const { room, join } = start();
    expect(join(1)).toEqual([
      {
        kind: 'engine',
        request: { kind: 'open', document: 'd', subscription: 1, user: 'ann', client: 1 },
      },
    ]);
    expect(room.event(engineEvent.answered(1, answer(5)))).toEqual([
      send([1], {
        type: 'opened',
        channel: CHANNEL,
        ref: 10,
        document: 'd',
        kind: 'page',
        title: 'Plan',
        access: 'edit',
        schema: 1,
        epoch: 'life-1',
        timeline: 't1',
        base: 0,
        offset: 5,
        stateVector: row(0),
      }),
      send([1], { type: 'updates', channel: CHANNEL, from: 0, to: 5, updates: [row(0)] }),
    ]);
  });

  test('SY20 events before the answer are in the answer, and are not sent', () => {
    const { room, join, opened } = start();
    opened(1);
    join(2);
    expect(room.event(engineEvent.committed(0, [1], [{ subscription: 1, cseq: 1 }]))).toEqual([
      send([1], ack(1, 0, 1)),
    ]);
    room.event(engineEvent.answered(2, answer(1)));
    const [first] = room.event(engineEvent.committed(1, [1], [{ subscription: 1, cseq: 2 }]));
    expect(first).toEqual(
      send([2], { type: 'updates', channel: CHANNEL, from: 1, to: 2, updates: [row(2)] }),
    );
  });

  test('SY24 a refused opening is answered by its ref, and is over', () => {
    const { room, join } = start();
    join(1);
    expect(
      room.event(engineEvent.answered(1, { kind: 'refused', error: errorOf('not-found') })),
    ).toEqual([
      send([1], { type: 'closed', channel: 0, ref: 10, error: errorOf('not-found') }),
      close(1),
    ]);
    expect(room.size).toBe(0);
  });
});

describe('rows', () => {
  test('SY21 the only author is acknowledged over its rows, and all others share one message', () => {
    const { room, opened } = start();
    for (const subscription of [1, 2, 3]) opened(subscription);
    expect(room.event(engineEvent.committed(4, [2, 2], [{ subscription: 2, cseq: 6 }]))).toEqual([
      send([1, 3], {
        type: 'updates',
        channel: CHANNEL,
        from: 4,
        to: 6,
        updates: [row(5), row(6)],
      }),
      send([2], ack(6, 4, 6)),
    ]);
  });

  test('SY21 with several authors each gets all rows, and then its acknowledgement', () => {
    const { room, opened } = start();
    for (const subscription of [1, 2]) opened(subscription);
    const acks = [
      { subscription: 2, cseq: 1 },
      { subscription: 1, cseq: 3 },
    ];
    expect(room.event(engineEvent.committed(0, [2, 1], acks))).toEqual([
      send([1, 2], {
        type: 'updates',
        channel: CHANNEL,
        from: 0,
        to: 2,
        updates: [row(1), row(2)],
      }),
      send([2], ack(1, 2, 2)),
      send([1], ack(3, 2, 2)),
    ]);
  });

  test('SY21 an acknowledgement without rows stays where it is', () => {
    const { room, opened } = start();
    opened(1);
    expect(room.event(engineEvent.committed(4, [], [{ subscription: 1, cseq: 1 }]))).toEqual([
      send([1], ack(1, 4, 4)),
    ]);
  });

  test('SY26 rows of an author that left go to everyone else', () => {
    const { room, opened } = start();
    for (const subscription of [1, 2]) opened(subscription);
    room.leave(1);
    const intents = room.event(engineEvent.committed(0, [1], [{ subscription: 1, cseq: 1 }]));
    expect(intents).toEqual([
      send([2], { type: 'updates', channel: CHANNEL, from: 0, to: 1, updates: [row(1)] }),
    ]);
  });
});

describe('updates', () => {
  test('SY22 each takes the next cseq', () => {
    const { room, opened } = start();
    opened(1);
    expect(room.message(1, update(1))).toEqual([
      {
        kind: 'engine',
        request: {
          kind: 'append',
          document: 'd',
          subscription: 1,
          cseq: 1,
          user: 'ann',
          update: row(1),
        },
      },
    ]);
    expect(appended(room.message(1, update(2)))).toEqual([2]);
  });

  test.each([1, 3])('SY22 cseq %i after 1 ends the channel', (cseq) => {
    const { room, opened } = start();
    opened(1);
    room.message(1, update(1));
    const closed = send([1], { type: 'closed', channel: CHANNEL, error: errorOf('bad-message') });
    expect(room.message(1, update(cseq))).toEqual([closed, close(1)]);
    expect(room.message(1, update(2))).toEqual([]);
  });

  test('SY22 an update before the answer ends the channel', () => {
    const { room, join } = start();
    join(1);
    const closed = send([1], {
      type: 'closed',
      channel: 0,
      ref: 10,
      error: errorOf('bad-message'),
    });
    expect(room.message(1, update(1))).toEqual([closed, close(1)]);
  });

  test('SY9 SY22 the answer to a state:request repeats the newest cseq, once', () => {
    const { room, opened } = start();
    opened(1);
    room.message(1, update(1));
    expect(room.event(engineEvent.missing(1, 1))).toEqual([
      send([1], { type: 'state:request', channel: CHANNEL, cseq: 1, stateVector: row(9) }),
    ]);
    expect(appended(room.message(1, update(2)))).toEqual([2]);
    expect(appended(room.message(1, update(2)))).toEqual([2]);
    expect(room.message(1, update(2))[0]).toMatchObject({ message: { type: 'closed' } });
  });

  test('SY24 after a refusal the subscription is over', () => {
    const { room, opened } = start();
    for (const subscription of [1, 2]) opened(subscription);
    room.message(1, update(1));
    expect(room.event(engineEvent.refused(1, 1))).toEqual([
      send([1], nack(1, 'invalid-update')),
      close(1),
    ]);
    expect(room.message(1, update(2))).toEqual([]);
    expect(room.event(engineEvent.committed(0, [2], [{ subscription: 2, cseq: 1 }]))).toEqual([
      send([2], ack(1, 0, 1)),
    ]);
  });
});

describe('endings', () => {
  test('SY25 when the document is lost, each client receives the error that it understands', () => {
    const { room, join, opened } = start();
    opened(1);
    join(2);
    expect(room.event(engineEvent.lost)).toEqual([
      send([1], { type: 'closed', channel: CHANNEL, error: COME_BACK }),
      close(1),
      send([2], { type: 'closed', channel: 0, ref: 20, error: COME_BACK }),
      close(2),
    ]);
    expect(room.size).toBe(0);
    expect(room.event(engineEvent.answered(2))).toEqual([]);
  });

  test('SY25 a rows:request is answered with rows, or by a reopening', () => {
    const { room, opened } = start();
    opened(1);
    expect(room.message(1, { type: 'rows:request', channel: CHANNEL, from: 3 })).toEqual([
      {
        kind: 'engine',
        request: { kind: 'rows:request', document: 'd', subscription: 1, from: 3 },
      },
    ]);
    const part = { from: 3, to: 4, updates: [row(4)] };
    const range = { kind: 'rows:request', document: 'd', subscription: 1 } as const;
    expect(room.event({ ...range, answer: { kind: 'parts', parts: [part] } })).toEqual([
      send([1], { type: 'updates', channel: CHANNEL, ...part }),
    ]);
    expect(room.event({ ...range, answer: { kind: 'gone' } })).toEqual([
      send([1], { type: 'closed', channel: CHANNEL, error: COME_BACK }),
      close(1),
    ]);
  });

  test('SY26 leaving is sent to the engine once, and affects no other client', () => {
    const { room, opened } = start();
    for (const subscription of [1, 2]) opened(subscription);
    expect(room.message(1, { type: 'leave', channel: CHANNEL })).toEqual([close(1)]);
    expect(room.leave(1)).toEqual([]);
    expect([room.has(1), room.has(2), room.size]).toEqual([false, true, 1]);
    expect(appended(room.message(2, update(1)))).toEqual([1]);
  });
});
