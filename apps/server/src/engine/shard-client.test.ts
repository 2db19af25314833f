import { errorOf } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { STORAGE_STALL } from '../limits.ts';
import { UNANSWERED } from '../storage/storage-error.ts';
import type { ShardRequest, ShardTurn } from './shard-message.ts';
import { SHARD_QUEUE } from './limits.ts';
import type { EngineNotice } from './port.ts';
import { ShardClient } from './shard-client.ts';

const quietTurn: ShardTurn = {
  notices: [],
  replies: [],
  compactions: [],
  takenBytes: 0,
  queuedBytes: 0,
  documents: 0,
  commits: 0,
  rows: 0,
  conflicts: 0,
};

function start() {
  const clock = new ManualClock();
  const deferred: (() => void)[] = [];
  const posts: (readonly ShardRequest[])[] = [];
  const notices: EngineNotice[] = [];
  const shard = new ShardClient({
    shard: 3,
    clock,
    defer: (run) => deferred.push(run),
    onNotices: (some) => notices.push(...some),
    onCompactions: () => {},
  });
  const turn = () => deferred.splice(0).forEach((run) => run());
  const connect = () => shard.connect((requests) => posts.push(requests));
  return { shard, posts, notices, clock, turn, connect };
}

const open = (document: string, subscription: number) =>
  ({ kind: 'open', document, subscription, user: 'ada' }) as const;

const append = (update: Uint8Array) =>
  ({ kind: 'append', document: 'a', subscription: 1, cseq: 1, user: 'ada', update }) as const;

const view = (shard: ShardClient, document: string) =>
  shard.request((id) => ({ kind: 'view', id, document }));

test('what is asked within one turn goes out together', () => {
  const { shard, posts, turn, connect } = start();
  connect();
  shard.send(open('a', 1));
  shard.send(open('b', 2));
  expect(posts).toEqual([]);
  turn();
  expect(posts).toEqual([[open('a', 1), open('b', 2)]]);
});

test('what is asked before there is a host waits for it', () => {
  const { shard, posts, turn, connect } = start();
  shard.send(open('a', 1));
  turn();
  connect();
  turn();
  expect(posts).toEqual([[open('a', 1)]]);
});

test('an update does not take along the buffer that it is a slice of', () => {
  const { shard, posts, turn, connect } = start();
  connect();
  shard.send(append(new Uint8Array(64 * 1024).subarray(10, 20)));
  turn();
  expect(posts).toMatchObject([[{ update: { byteLength: 10, buffer: { byteLength: 10 } } }]]);
});

describe('updates under way', () => {
  test('count from when they are sent until they are committed', () => {
    const { shard, notices, connect } = start();
    connect();
    shard.send(append(new Uint8Array(SHARD_QUEUE.maxBytes)));
    expect(shard.isFull).toBe(false);
    shard.send(append(new Uint8Array(1)));
    expect(shard.isFull).toBe(true);
    shard.receive({
      ...quietTurn,
      takenBytes: SHARD_QUEUE.maxBytes + 1,
      queuedBytes: SHARD_QUEUE.drainedBytes,
    });
    expect(shard.isFull).toBe(true);
    expect(notices).toEqual([]);
    shard.receive({ ...quietTurn, queuedBytes: SHARD_QUEUE.drainedBytes - 1 });
    expect(shard.isFull).toBe(false);
    expect(notices).toEqual([{ kind: 'drained', shard: 3 }]);
  });

  test('are no more when the host is gone', () => {
    const { shard, notices, connect } = start();
    connect();
    shard.send(append(new Uint8Array(SHARD_QUEUE.maxBytes + 1)));
    shard.disconnect([]);
    expect(shard.isFull).toBe(false);
    expect(notices).toEqual([{ kind: 'drained', shard: 3 }]);
    expect(shard.stats).toMatchObject({ queuedBytes: 0, state: 'restarting' });
  });
});

describe('when the host is gone', () => {
  test('each document that somebody has open, or opens, is lost once, after the final notices', () => {
    const { shard, notices, turn, connect } = start();
    connect();
    shard.send(open('a', 1));
    shard.send(open('a', 2));
    shard.send(open('left', 3));
    turn();
    shard.send({ kind: 'close', document: 'left', subscription: 3 });
    shard.send(open('not sent yet', 4));
    const refused: EngineNotice = {
      kind: 'answered',
      document: 'no',
      subscription: 5,
      answer: { kind: 'refused', error: { code: 'not-found', message: '', temporary: false } },
    };
    shard.send(open('no', 5));
    shard.receive({ ...quietTurn, notices: [refused] });
    const last: EngineNotice = { kind: 'error', what: 'it ended', detail: '' };
    notices.length = 0;
    shard.disconnect([last]);
    expect(notices).toEqual([
      last,
      { kind: 'lost', document: 'a' },
      { kind: 'lost', document: 'not sent yet' },
    ]);
    notices.length = 0;
    shard.disconnect([]);
    expect(notices).toEqual([]);
  });

  test('nothing of a lost subscription reaches the next host', () => {
    const { shard, posts, turn, connect } = start();
    connect();
    shard.send(open('a', 1));
    turn();
    shard.send(append(Uint8Array.of(1)));
    shard.disconnect([]);
    connect();
    turn();
    expect(posts).toEqual([[open('a', 1)]]);
  });

  test('a question that was sent is answered with "not now", one that was not waits for the next host', async () => {
    const { shard, posts, turn, connect } = start();
    connect();
    const sent = expect(view(shard, 'a')).rejects.toMatchObject({
      body: { code: 'overloaded', temporary: true },
    });
    turn();
    const unsent = view(shard, 'b');
    shard.disconnect([]);
    await sent;
    connect();
    turn();
    expect(posts[1]).toMatchObject([{ kind: 'view', document: 'b' }]);
    const reply = { id: 2, kind: 'viewed', view: null } as const;
    shard.receive({ ...quietTurn, replies: [reply] });
    expect(await unsent).toEqual(reply);
  });

  test('a stalled one is no longer stalled', () => {
    const { shard, notices, connect } = start();
    connect();
    shard.receive({
      ...quietTurn,
      notices: [
        {
          kind: 'stalled',
          shard: 3,
          error: { code: 'storage-failed', message: '', temporary: true },
        },
      ],
    });
    expect(shard.stats.state).toBe('stalled');
    shard.disconnect([]);
    expect(notices.at(-1)).toEqual({ kind: 'resumed', shard: 3 });
  });
});

test('at the end, waiting callers are told', async () => {
  const { shard, connect } = start();
  connect();
  const waiting = expect(view(shard, 'a')).rejects.toMatchObject({ body: { code: 'overloaded' } });
  shard.end();
  await waiting;
});

describe('W44 a shard that answers nothing', () => {
  const stalled: EngineNotice = { kind: 'stalled', shard: 3, error: UNANSWERED };
  const resumed: EngineNotice = { kind: 'resumed', shard: 3 };
  const failed: EngineNotice = { kind: 'stalled', shard: 3, error: errorOf('storage-failed') };

  function silent() {
    const s = start();
    s.connect();
    s.shard.send(append(new Uint8Array(10)));
    s.turn();
    return s;
  }

  test('has stalled while updates wait, until it answers', () => {
    const { shard, notices, clock } = silent();
    clock.advance(STORAGE_STALL.afterMs - 1);
    expect([shard.storageError, notices]).toEqual([null, []]);
    clock.advance(1);
    expect([shard.storageError, shard.stats.state]).toEqual([UNANSWERED, 'stalled']);
    shard.receive({ ...quietTurn, takenBytes: 10 });
    expect([shard.storageError, notices]).toEqual([null, [stalled, resumed]]);
    clock.advance(60_000);
    expect([notices.length, clock.pending]).toEqual([2, 0]);
  });

  test('has not when it is slow, or when only a subscription was closed', () => {
    const { shard, notices, clock, turn } = silent();
    for (let second = 0; second < 20; second += 4) {
      clock.advance(4_000);
      shard.receive({ ...quietTurn, queuedBytes: 10 });
    }
    shard.receive({ ...quietTurn, takenBytes: 10 });
    shard.send({ kind: 'close', document: 'a', subscription: 1 });
    turn();
    clock.advance(60_000);
    expect([notices, clock.pending]).toEqual([[], 0]);
  });

  test('may fail in the end, and has then stalled for that reason', () => {
    const { shard, notices, clock } = silent();
    clock.advance(STORAGE_STALL.afterMs);
    shard.receive({ ...quietTurn, queuedBytes: 10, notices: [failed] });
    clock.advance(60_000);
    shard.receive({ ...quietTurn, takenBytes: 10, notices: [resumed] });
    expect(notices).toEqual([stalled, failed, resumed]);
    expect(shard.storageError).toBeNull();
  });

  test('has stalled no more when its worker is gone', () => {
    const { shard, notices, clock } = silent();
    clock.advance(STORAGE_STALL.afterMs);
    shard.disconnect([]);
    expect(notices).toEqual([stalled, resumed]);
    clock.advance(60_000);
    expect([notices.length, clock.pending]).toEqual([2, 0]);
  });

  test('has stalled, too, when it does not answer a question', async () => {
    const { shard, notices, clock, connect, turn } = start();
    connect();
    const answer = view(shard, 'a');
    turn();
    clock.advance(STORAGE_STALL.afterMs);
    expect(notices).toEqual([stalled]);
    shard.receive({ ...quietTurn, replies: [{ id: 1, kind: 'viewed', view: null }] });
    expect(await answer).toMatchObject({ view: null });
    expect(notices).toEqual([stalled, resumed]);
    clock.advance(60_000);
    expect(notices).toHaveLength(2);
  });
});
