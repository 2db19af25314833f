import { errorOf, type Access, type ServerMessage } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import type { CommittedEvent, EngineEvent, OpenAnswer } from './engine-event.ts';
import { Room, type RoomIntent } from './room.ts';

const CHANNEL = 7;
const COME_BACK = errorOf('internal', { retryAfterMs: 0 });
const row = (byte: number) => new Uint8Array([byte]);
const update = (cseq: number) =>
  ({ type: 'update', channel: CHANNEL, cseq, update: row(cseq) }) as const;

function answer(offset: number): OpenAnswer {
  const parts = offset === 0 ? [] : [{ from: 0, to: offset, updates: [row(0)] }];
  return {
    kind: 'opened',
    timeline: 't1',
    isParted: false,
    epoch: 'life-1',
    documentKind: 'page',
    schema: 1,
    base: 0,
    offset,
    stateVector: row(0),
    parts,
  };
}

const engineEvent = {
  answered: (subscription: number, given = answer(0)): EngineEvent => ({
    kind: 'answered',
    document: 'd',
    subscription,
    answer: given,
  }),
  committed: (
    from: number,
    authors: readonly number[],
    acks: CommittedEvent['acks'],
    schema = 1,
  ): EngineEvent => ({
    kind: 'committed',
    document: 'd',
    epoch: 'life-1',
    from,
    to: from + authors.length,
    updates: authors.map((_, i) => row(from + i + 1)),
    authors,
    acks,
    schema,
  }),
  refused: (subscription: number, cseq: number): EngineEvent => ({
    kind: 'refused',
    document: 'd',
    subscription,
    cseq,
    error: errorOf('invalid-update'),
  }),
  missing: (subscription: number, cseq: number): EngineEvent => ({
    kind: 'missing',
    document: 'd',
    subscription,
    cseq,
    stateVector: row(9),
  }),
  lost: { kind: 'lost', document: 'd' } as EngineEvent,
};

function start() {
  const room = new Room({ document: 'd', channel: CHANNEL });
  const join = (subscription: number, access: Access = 'edit') =>
    room.join({
      subscription,
      access,
      ref: subscription * 10,
      title: 'Plan',
      user: 'ann',
      client: subscription,
    });
  const opened = (subscription: number, access: Access = 'edit') => {
    join(subscription, access);
    room.event(engineEvent.answered(subscription));
  };
  return { room, join, opened };
}

const send = (to: readonly number[], message: ServerMessage): RoomIntent => ({
  kind: 'send',
  to,
  message,
});
const close = (subscription: number): RoomIntent => ({
  kind: 'engine',
  request: { kind: 'close', document: 'd', subscription },
});
const ack = (cseq: number, from: number, to: number) =>
  ({ type: 'ack', channel: CHANNEL, cseq, from, to }) as const;
const nack = (cseq: number, code: Parameters<typeof errorOf>[0]) =>
  ({ type: 'nack', channel: CHANNEL, cseq, error: errorOf(code) }) as const;
const appended = (intents: readonly RoomIntent[]) =>
  intents.map((intent) =>
    intent.kind === 'engine' && intent.request.kind === 'append' ? intent.request.cseq : intent,
  );

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

  test('SY9 SY22 the answer to a need repeats the newest cseq, once', () => {
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

describe('a client whose access was revoked', () => {
  test('W36 receives the error and nothing else', () => {
    const { room, join, opened } = start();
    opened(1);
    opened(2);
    const error = errorOf('forbidden');
    expect(room.expel(1, error)).toEqual([
      send([1], { type: 'closed', channel: CHANNEL, error }),
      close(1),
    ]);
    expect(room.expel(1, error)).toEqual([]);
    expect(room.message(1, update(1))).toEqual([]);
    expect(room.event(engineEvent.committed(0, [1], []))).toEqual([
      expect.objectContaining({ to: [2] }),
    ]);
    join(3);
    expect(room.expel(3, error)[0]).toMatchObject({
      to: [3],
      message: { type: 'closed', channel: 0, error },
    });
  });
});

describe('a client with view access', () => {
  test('SY23 is refused at once when nothing is open before it', () => {
    const { room, opened } = start();
    opened(1, 'view');
    expect(room.message(1, update(1))).toEqual([send([1], nack(1, 'read-only')), close(1)]);
  });

  test('SY23 is refused after what was sent while it was allowed', () => {
    const { room, opened } = start();
    opened(1);
    for (const cseq of [1, 2]) room.message(1, update(cseq));
    room.changed(1, { title: 'Plan', access: 'view' });
    expect(room.message(1, update(3))).toEqual([]);
    room.changed(1, { title: 'Plan', access: 'edit' });
    expect(room.message(1, update(4))).toEqual([]);
    expect(room.event(engineEvent.committed(0, [1], [{ subscription: 1, cseq: 1 }]))).toEqual([
      send([1], ack(1, 0, 1)),
    ]);
    expect(room.event(engineEvent.committed(1, [1], [{ subscription: 1, cseq: 2 }]))).toEqual([
      send([1], ack(2, 1, 2)),
      send([1], nack(3, 'read-only')),
      close(1),
    ]);
  });

  test('SY23 is refused at what was missing, as it may not send that any more', () => {
    const { room, opened } = start();
    for (const subscription of [1, 2]) opened(subscription);
    for (const subscription of [1, 2]) room.message(subscription, update(1));
    room.event(engineEvent.missing(1, 1));
    for (const subscription of [1, 2])
      room.changed(subscription, { title: 'Plan', access: 'view' });
    expect(room.message(1, update(1))).toEqual([send([1], nack(1, 'read-only')), close(1)]);
    expect(room.message(2, update(2))).toEqual([]);
    expect(room.event(engineEvent.missing(2, 1))).toEqual([
      send([2], nack(1, 'read-only')),
      close(2),
    ]);
  });

  test('SY23 is notified of the change', () => {
    const { room, join, opened } = start();
    opened(1);
    const change = { title: 'Plan B', access: 'view' } as const;
    expect(room.changed(1, change)).toEqual([
      send([1], { type: 'document:changed', channel: CHANNEL, ...change }),
    ]);
    expect(room.changed(1, change)).toEqual([]);
    join(2);
    expect(room.changed(2, change)).toEqual([]);
    expect(room.event(engineEvent.answered(2))[0]).toMatchObject({
      message: { type: 'opened', ...change },
    });
  });
});

describe('a client whose schema is older than the document needs (W14)', () => {
  const outdated = { type: 'error', channel: CHANNEL, error: errorOf('schema-outdated') } as const;
  const joinWith = (room: Room, subscription: number, schema: number) =>
    room.join({ subscription, schema, access: 'edit', ref: 1, title: '', user: 'ann' });

  test('may only view it, and is notified after `opened`', () => {
    const { room } = start();
    joinWith(room, 1, 0);
    const [opened, error, ...rows] = room.event(engineEvent.answered(1, answer(1)));
    expect(opened).toMatchObject({ message: { type: 'opened', access: 'view', schema: 1 } });
    expect(error).toEqual(send([1], outdated));
    expect(rows).toMatchObject([{ message: { type: 'updates' } }]);
    expect(room.access(1)).toBe('view');
    expect(room.message(1, update(1))).toEqual([send([1], nack(1, 'read-only')), close(1)]);
  });

  test('writes until an update raises what the document needs, and is notified before that update', () => {
    const { room } = start();
    for (const [subscription, schema] of [
      [1, 1],
      [2, 2],
    ] as const) {
      joinWith(room, subscription, schema);
      room.event(engineEvent.answered(subscription));
      expect(room.access(subscription)).toBe('edit');
    }
    const intents = room.event(engineEvent.committed(0, [2], [{ subscription: 2, cseq: 1 }], 2));
    const changed = {
      type: 'document:changed',
      channel: CHANNEL,
      title: '',
      access: 'view',
    } as const;
    expect(intents.slice(0, 2)).toEqual([send([1], changed), send([1], outdated)]);
    expect(intents.slice(2)).toMatchObject([
      { to: [1], message: { type: 'updates' } },
      { to: [2], message: { type: 'ack' } },
    ]);
    expect([room.access(1), room.access(2)]).toEqual(['view', 'edit']);
    expect(
      room.event(engineEvent.committed(1, [2], [{ subscription: 2, cseq: 2 }], 2)),
    ).toHaveLength(2);
  });

  test('receives only the reason when it may not write anyway', () => {
    const { room } = start();
    room.join({ subscription: 1, schema: 1, access: 'view', ref: 1, title: '', user: 'ann' });
    room.event(engineEvent.answered(1));
    const intents = room.event(engineEvent.committed(0, [9], [], 2));
    expect(intents[0]).toEqual(send([1], outdated));
    expect(room.changed(1, { title: '', access: 'edit' })).toEqual([]);
    expect(room.access(1)).toBe('view');
  });

  test('a client that states no schema is never too old', () => {
    const { room, opened } = start();
    opened(1);
    room.event(engineEvent.committed(0, [1], [{ subscription: 1, cseq: 1 }], 99));
    expect(room.access(1)).toBe('edit');
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

  test('SY25 a range is answered with rows, or by coming back', () => {
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
