import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ABRUPT_LEAVE_MS,
  AWARENESS_INTERVAL_MS,
  errorOf,
  PRESENCE_INTERVAL_MS,
  type ErrorBody,
  type MessageOf,
  type ServerMessage,
  type ServerMessageType,
} from '@tandem/protocol';
import type { EngineRequest } from '@tandem/sync';
import { TIMER_WHEEL } from '../limits.ts';
import { pino } from 'pino';
import { ErrorBoundary } from '../runtime/error-boundary.ts';
import { Metrics } from '../metrics/metrics.ts';
import { readAwareness } from '../presence/awareness-update.ts';
import { DocumentRoom } from './document-room.ts';
import type { Subscriber } from '../presence/subscriber.ts';
import type { EncodedMessage } from '../runtime/encoded-message.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Visitor implements Subscriber {
  readonly subscription: number;
  readonly client: number;
  user: Subscriber['user'];
  readonly received: EncodedMessage[] = [];

  constructor(subscription: number, name: string) {
    this.subscription = subscription;
    this.client = subscription * 10;
    this.user = { id: name, name, color: 1 };
  }

  deliver(encoded: EncodedMessage): void {
    this.received.push(encoded);
  }

  take<T extends ServerMessageType>(type: T): MessageOf<T>[] {
    const messages = this.received
      .map(({ message }) => message)
      .filter((message): message is Extract<ServerMessage, { type: T }> => message.type === type);
    this.received.splice(
      0,
      this.received.length,
      ...this.received.filter(({ message }) => message.type !== type),
    );
    return messages as MessageOf<T>[];
  }
}

function context() {
  const wheel = new TimerWheel();
  const requests: EngineRequest[] = [];
  let emptied = 0;
  const storage: { error: ErrorBody | null } = { error: null };
  const room = new DocumentRoom({
    document: 'd',
    kind: 'page',
    title: 'Title',
    trashedAt: null,
    channel: 5,
    wheel,
    metrics: new Metrics(),
    errors: new ErrorBoundary({
      log: pino({ enabled: false }),
      counter: new Metrics().containedErrors,
    }),
    ask: (request) => requests.push(request),
    storageError: () => storage.error,
    onPeople: () => {},
    onLocalPeople: () => {},
    onEmpty: () => void emptied++,
  });
  const enter = (visitor: Visitor, access: 'edit' | 'view' = 'edit') => {
    room.join(visitor, { ref: 1, access });
    const answer = {
      kind: 'opened',
      epoch: 'i',
      timeline: 't1',
      isParted: false,
      documentKind: 'page',
      base: 0,
      schema: 0,
      offset: 0,
      stateVector: new Uint8Array([0]),
      parts: [],
    } as const;
    room.event({ kind: 'answered', document: 'd', subscription: visitor.subscription, answer });
    return visitor;
  };
  return {
    room,
    storage,
    requests,
    enter,
    emptied: () => emptied,
    settle: () => vi.advanceTimersByTime(PRESENCE_INTERVAL_MS),
    pass: (ms: number) => {
      for (let i = 0; i < ms / TIMER_WHEEL.tickMs; i++) wheel.turn();
    },
  };
}

const cursor = (client: number, clock: number) => [{ client, clock, state: `{"at":${clock}}` }];

describe('presence in a room', () => {
  test('keeps a person whose connection is gone for a moment, so that a reload does not flicker', () => {
    const { room, enter, settle, pass } = context();
    const ada = enter(new Visitor(1, 'ada'));
    enter(new Visitor(2, 'bob'));
    settle();
    ada.take('presence:changed');
    room.leave(2, 'abrupt');
    pass(ABRUPT_LEAVE_MS - TIMER_WHEEL.tickMs);
    settle();
    expect(ada.take('presence:changed')).toEqual([]);
    enter(new Visitor(3, 'bob'));
    pass(TIMER_WHEEL.tickMs);
    settle();
    const changes = ada.take('presence:changed');
    expect(changes.flatMap(({ left }) => left)).toEqual([]);
    expect(changes.at(-1)?.members).toMatchObject([{ user: 'bob', clients: [30] }]);
    room.leave(3, 'abrupt');
    pass(ABRUPT_LEAVE_MS);
    settle();
    expect(ada.take('presence:changed')).toMatchObject([
      { full: false, members: [], left: ['bob'] },
    ]);
  });

  test('gathers what changes in a quarter of a second', () => {
    const { room, enter, settle } = context();
    const ada = enter(new Visitor(1, 'ada'));
    settle();
    ada.take('presence:changed');
    for (let i = 2; i <= 9; i++) enter(new Visitor(i, `visitor${i}`));
    room.setPresence(2, 'idle');
    settle();
    settle();
    const changes = ada.take('presence:changed');
    expect(changes).toHaveLength(1);
    expect(changes[0]?.members).toHaveLength(8);
  });

  test('is over when the last one and their moment are gone', () => {
    const { room, requests, enter, emptied, pass } = context();
    enter(new Visitor(1, 'ada'));
    room.leave(1, 'abrupt');
    expect(requests.at(-1)).toEqual({ kind: 'close', document: 'd', subscription: 1 });
    expect(emptied()).toBe(0);
    pass(ABRUPT_LEAVE_MS);
    expect(emptied()).toBe(1);
  });
});

describe('cursors in a room', () => {
  test('reach everyone but their own, latest only, in one message for all', () => {
    const { room, enter } = context();
    const [ada, bob, eve] = [
      enter(new Visitor(1, 'ada')),
      enter(new Visitor(2, 'bob')),
      enter(new Visitor(3, 'eve')),
    ];
    room.receiveAwareness(1, cursor(10, 1));
    vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    room.receiveAwareness(1, cursor(10, 2));
    room.receiveAwareness(1, cursor(10, 3));
    vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    expect(ada.take('awareness')).toEqual([]);
    const shared = bob.received.filter(({ message }) => message.type === 'awareness');
    expect(shared).toHaveLength(2);
    expect(eve.received.filter(({ message }) => message.type === 'awareness')).toEqual(shared);
    const reading = readAwareness(bob.take('awareness')[1]?.update ?? new Uint8Array());
    expect(reading).toMatchObject({ kind: 'ok', entries: [{ client: 10, clock: 3 }] });
  });

  test('of two people at once are sent to each without their own', () => {
    const { room, enter } = context();
    const [ada, bob, eve] = [
      enter(new Visitor(1, 'ada')),
      enter(new Visitor(2, 'bob')),
      enter(new Visitor(3, 'eve')),
    ];
    room.receiveAwareness(1, cursor(10, 1));
    room.receiveAwareness(2, cursor(20, 1));
    vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    const clients = (visitor: Visitor) =>
      visitor.take('awareness').flatMap(({ update }) => {
        const reading = readAwareness(update);
        return reading.kind === 'ok' ? reading.entries.map(({ client }) => client) : [];
      });
    expect([clients(ada), clients(bob), clients(eve)]).toEqual([[20], [10], [10, 20]]);
  });

  test('are known to a newcomer, and vanish with a connection at once', () => {
    const { room, enter } = context();
    const ada = enter(new Visitor(1, 'ada'));
    room.receiveAwareness(1, cursor(10, 1));
    vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    const bob = enter(new Visitor(2, 'bob'));
    expect(bob.take('awareness')).toHaveLength(1);
    room.leave(1, 'abrupt');
    vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    expect(readAwareness(bob.take('awareness')[0]?.update ?? new Uint8Array())).toMatchObject({
      entries: [{ client: 10, state: null }],
    });
    expect(ada.take('awareness')).toEqual([]);
  });
});

describe('typing in a room', () => {
  test('is for those who may write', () => {
    const { room, enter } = context();
    const ada = enter(new Visitor(1, 'ada'));
    enter(new Visitor(2, 'bob'), 'view');
    room.setTyping(2, 'start');
    vi.advanceTimersByTime(5);
    expect(ada.take('typing:changed')).toEqual([]);
  });

  test('ends when the last connection of a person leaves, and is sent to newcomers', () => {
    const { room, enter } = context();
    const ada = enter(new Visitor(1, 'ada'));
    enter(new Visitor(2, 'bob'));
    enter(new Visitor(3, 'bob'));
    room.setTyping(2, 'start');
    vi.advanceTimersByTime(5);
    expect(ada.take('typing:changed')).toMatchObject([{ users: ['bob'] }]);
    expect(enter(new Visitor(4, 'eve')).take('typing:changed')).toMatchObject([{ users: ['bob'] }]);
    room.leave(2, 'clean');
    expect(ada.take('typing:changed')).toEqual([]);
    room.leave(3, 'clean');
    vi.advanceTimersByTime(5);
    expect(ada.take('typing:changed')).toMatchObject([{ users: [] }]);
  });
});

test('forgets a subscriber whose open was refused, and says so', () => {
  const { room, emptied } = context();
  const ada = new Visitor(1, 'ada');
  room.join(ada, { ref: 8, access: 'edit' });
  room.event({
    kind: 'answered',
    document: 'd',
    subscription: 1,
    answer: {
      kind: 'refused',
      error: { code: 'document-damaged', message: 'Damaged.', temporary: false },
    },
  });
  expect(ada.take('closed')).toMatchObject([
    { channel: 0, ref: 8, error: { code: 'document-damaged' } },
  ]);
  expect(emptied()).toBe(1);
});

describe('W44: whether updates can be stored', () => {
  const full = errorOf('storage-failed');
  const stated = (visitor: Visitor) =>
    visitor.take('storage:changed').map(({ error }) => error?.code ?? null);

  test('is stated at each change, once', () => {
    const { room, storage, enter } = context();
    const ada = enter(new Visitor(1, 'ada'));
    room.storageChanged();
    expect(stated(ada)).toEqual([]);
    storage.error = full;
    room.storageChanged();
    room.storageChanged();
    expect(stated(ada)).toEqual(['storage-failed']);
    storage.error = null;
    room.storageChanged();
    expect(stated(ada)).toEqual([null]);
  });

  test('is stated to a person who opens the document while storing fails', () => {
    const { room, storage, enter } = context();
    storage.error = full;
    const ada = enter(new Visitor(1, 'ada'));
    expect(stated(ada)).toEqual(['storage-failed']);
    const ben = enter(new Visitor(2, 'ben'));
    expect([stated(ada), stated(ben)]).toEqual([[], ['storage-failed']]);
    storage.error = null;
    room.storageChanged();
    expect([stated(ada), stated(ben)]).toEqual([[null], [null]]);
  });
});

test('knows how long the oldest update has waited for its acknowledgement, also after an earlier one', () => {
  const { room, enter } = context();
  const ada = enter(new Visitor(1, 'ada'));
  expect(room.oldestUnacknowledgedMs).toBeNull();
  const startMs = performance.now();
  const update = new Uint8Array([0, 0]);
  for (const cseq of [1, 2]) {
    room.message(ada.subscription, { type: 'update', channel: 5, cseq, update });
    vi.advanceTimersByTime(1_000);
  }
  expect(room.oldestUnacknowledgedMs).toBe(startMs);
  const commit = (cseq: number) => {
    const acks = [{ subscription: ada.subscription, cseq, from: cseq - 1, to: cseq }];
    const rows = { from: cseq - 1, to: cseq, updates: [update], authors: [1] };
    room.event({ kind: 'committed', schema: 0, document: 'd', epoch: 'i', ...rows, acks });
  };
  commit(1);
  expect(room.oldestUnacknowledgedMs).toBe(startMs + 1_000);
  commit(2);
  expect(room.oldestUnacknowledgedMs).toBeNull();
});

test('knows how long the oldest opening has waited for its answer', () => {
  const { room, enter } = context();
  const startMs = performance.now();
  room.join(new Visitor(1, 'ada'), { ref: 1, access: 'edit' });
  vi.advanceTimersByTime(1_000);
  enter(new Visitor(2, 'ben'));
  expect(room.oldestUnacknowledgedMs).toBe(startMs);
  room.leave(1, 'abrupt');
  expect(room.oldestUnacknowledgedMs).toBeNull();
});
