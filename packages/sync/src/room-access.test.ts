import { errorOf } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { Room } from './room.ts';
import {
  answer,
  ack,
  CHANNEL,
  close,
  engineEvent,
  nack,
  send,
  start,
  update,
} from './testing/room-harness.ts';

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
  test.each(['view', 'comment'] as const)(
    'SY23 %s is refused at once when nothing is open before it',
    (access) => {
      const { room, opened } = start();
      opened(1, access);
      expect(room.message(1, update(1))).toEqual([send([1], nack(1, 'read-only')), close(1)]);
    },
  );

  test('SY23 is refused after updates that were sent while it was allowed', () => {
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

  test('SY23 is refused when content was missing, because it may no longer send it', () => {
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

  test('PO3 is told when the document was moved to the trash, and when it is back', () => {
    const { room, join, opened } = start();
    opened(1);
    const change = { access: 'view', trashedAt: 1_000 } as const;
    expect(room.changed(1, change)).toEqual([
      send([1], { type: 'document:changed', channel: CHANNEL, title: 'Plan', ...change }),
    ]);
    expect(room.changed(1, change)).toEqual([]);
    const back = { access: 'edit', trashedAt: null } as const;
    expect(room.changed(1, back)).toEqual([
      send([1], { type: 'document:changed', channel: CHANNEL, title: 'Plan', access: 'edit' }),
    ]);
    join(2);
    room.changed(2, change);
    expect(room.event(engineEvent.answered(2))[0]).toMatchObject({
      message: { type: 'opened', ...change },
    });
  });
});

describe('a client whose schema is older than the document needs (W14)', () => {
  const outdated = { type: 'error', channel: CHANNEL, error: errorOf('schema-outdated') } as const;
  const joinWith = (room: Room, subscription: number, schema: number) =>
    room.join({
      subscription,
      schema,
      access: 'edit',
      ref: 1,
      title: '',
      trashedAt: null,
      user: 'ann',
    });

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

  test('writes until an update raises the needed schema, and is notified before that update', () => {
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
    room.join({
      subscription: 1,
      schema: 1,
      access: 'view',
      ref: 1,
      title: '',
      trashedAt: null,
      user: 'ann',
    });
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
