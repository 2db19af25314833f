import {
  errorOf,
  GAP_HOLD_MS,
  type ChannelEvent,
  type ChatState,
  type DashboardSample,
  type MessageOf,
} from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { MAX_BUFFERED_MESSAGES, MAX_LIVE_CHAT_MESSAGES, RECOVER_AGAIN_MS } from '../limits.ts';
import { ChannelReplica, type PersistedState } from './channel-replica.ts';

const NAME = 'chat:d';
const NUMBER = 7;
const EMPTY: ChatState = { type: 'chat', messages: [], head: 0 };

const sent = (number: number): ChannelEvent => ({
  name: 'chat:sent',
  at: number,
  message: {
    id: `m${number}`,
    number,
    author: { id: 'u', name: 'Ada', color: 1 },
    text: String(number),
    mentions: [],
    replyTo: null,
    reactions: [],
    at: number,
    editedAt: null,
    deletedAt: null,
    imported: null,
  },
});
const events = (from: number, to: number, channel = NUMBER): MessageOf<'events'> => ({
  type: 'events',
  channel,
  from,
  to,
  events: Array.from({ length: to - from }, (_, index) => sent(from + index + 1)),
});
const subscribed = (given: Partial<MessageOf<'subscribed'>> = {}): MessageOf<'subscribed'> => ({
  type: 'subscribed',
  channel: NUMBER,
  ref: 1,
  name: NAME,
  recovered: false,
  epoch: 'e1',
  offset: 0,
  ...(given.recovered === true ? {} : { state: EMPTY }),
  ...given,
});
const texts = ({ state }: ChannelReplica) =>
  state?.type === 'chat' ? state.messages.map(({ text }) => text) : null;
const recover = (from: number) => [
  { kind: 'send', message: { type: 'recover', channel: NUMBER, from } },
];

function open(persisted?: PersistedState) {
  const replica = new ChannelReplica({ name: NAME, persisted });
  replica.subscribe(1);
  return replica;
}

function live() {
  const replica = open();
  replica.receive(subscribed(), 0);
  return replica;
}

describe('subscribing', () => {
  test('EV1 sends its position, or none when it has none', () => {
    const position = { epoch: 'e1', offset: 4 };
    const persisted = new ChannelReplica({ name: NAME, persisted: { position, state: EMPTY } });
    expect(persisted.state).toBe(EMPTY);
    expect(persisted.subscribe(3)).toEqual([
      {
        kind: 'send',
        message: { type: 'subscribe', channel: 0, ref: 3, name: NAME, position },
      },
    ]);
    expect(new ChannelReplica({ name: NAME }).subscribe(1)).not.toHaveProperty(
      '0.message.position',
    );
  });

  test('EV2 recovered: goes on from its position; catching up until all of it is here', () => {
    const replica = open({ position: { epoch: 'e1', offset: 1 }, state: EMPTY });
    replica.receive(subscribed({ recovered: true, offset: 3 }), 0);
    expect(replica.phase).toBe('catching-up');
    replica.receive(events(1, 2), 0);
    expect(replica.phase).toBe('catching-up');
    replica.receive(events(2, 3), 0);
    expect(replica.phase).toBe('live');
    expect(texts(replica)).toEqual(['2', '3']);
  });

  test('EV2 not recovered: the state takes the place of what was there', () => {
    const replica = open({ position: { epoch: 'e0', offset: 9 }, state: EMPTY });
    const state = { ...EMPTY, head: 5 };
    expect(replica.receive(subscribed({ epoch: 'e1', offset: 5, state }), 0)).toEqual([
      { kind: 'replaced' },
    ]);
    expect(replica.state).toBe(state);
    expect(replica.position).toEqual({ epoch: 'e1', offset: 5 });
    expect(replica.phase).toBe('live');
  });

  test('EV2 recovered from a place where it never was: asks for the whole state', () => {
    const replica = open({ position: { epoch: 'e0', offset: 9 }, state: EMPTY });
    const [again] = replica.receive(subscribed({ recovered: true, epoch: 'e1', offset: 9 }), 0);
    expect(again?.kind).toBe('again');
    expect(replica.subscribe(2)).not.toHaveProperty('0.message.position');
  });

  test('EV3 answers to an earlier subscription, and events before the answer, are ignored', () => {
    const replica = live();
    replica.disconnected();
    replica.subscribe(2);
    expect(replica.receive(events(0, 1), 0)).toEqual([]);
    expect(replica.receive(subscribed({ ref: 1, offset: 8 }), 0)).toEqual([]);
    expect(replica.phase).toBe('subscribing');
  });
});

describe('events', () => {
  test('EV4 each once, whatever comes again or overlaps', () => {
    const replica = live();
    replica.receive(events(0, 2), 0);
    expect(replica.receive(events(0, 2), 0)).toEqual([]);
    const [applied] = replica.receive(events(1, 4), 0);
    expect(applied).toEqual({ kind: 'applied', events: [sent(3), sent(4)] });
    expect(texts(replica)).toEqual(['1', '2', '3', '4']);
  });

  test('EV5 events after a gap are buffered; a gap that closes in time is not requested', () => {
    const replica = live();
    expect(replica.receive(events(1, 2), 1_000)).toEqual([]);
    expect(replica.phase).toBe('catching-up');
    expect(replica.dueAt).toBe(1_000 + GAP_HOLD_MS);
    expect(replica.tick(1_000 + GAP_HOLD_MS - 1)).toEqual([]);
    replica.receive(events(0, 1), 1_100);
    expect(texts(replica)).toEqual(['1', '2']);
    expect(replica.dueAt).toBeNull();
  });

  test('EV5 a gap that stays open is requested after 200 ms, and again without an answer', () => {
    const replica = live();
    replica.receive(events(0, 1), 0);
    replica.receive(events(3, 4), 1_000);
    replica.receive(events(4, 5), 1_100);
    expect(replica.tick(1_000 + GAP_HOLD_MS)).toEqual(recover(1));
    expect(replica.tick(1_000 + GAP_HOLD_MS)).toEqual([]);
    expect(replica.tick(1_000 + GAP_HOLD_MS + RECOVER_AGAIN_MS)).toEqual(recover(1));
    replica.receive(events(1, 3), 8_000);
    expect(texts(replica)).toEqual(['1', '2', '3', '4', '5']);
    expect(replica.phase).toBe('live');
  });

  test('EV5 announced events that do not arrive are requested', () => {
    const replica = open({ position: { epoch: 'e1', offset: 1 }, state: EMPTY });
    replica.receive(subscribed({ recovered: true, offset: 3 }), 0);
    expect(replica.tick(RECOVER_AGAIN_MS)).toEqual(recover(1));
  });

  test('EV6 a whole state closes a gap; newer buffered events are applied to it', () => {
    const replica = live();
    replica.receive(events(4, 5), 0);
    replica.receive(events(5, 6), 0);
    replica.receive(subscribed({ ref: 0, offset: 5, state: { ...EMPTY, head: 5 } }), 300);
    expect(replica.position?.offset).toBe(6);
    expect(texts(replica)).toEqual(['6']);
    expect(replica.phase).toBe('live');
  });

  test('EV7 the buffer is bounded, and dropped events are requested', () => {
    const replica = live();
    const last = MAX_BUFFERED_MESSAGES + 5;
    for (let from = 1; from < last; from++) replica.receive(events(from, from + 1), 0);
    replica.receive(events(0, 1), 10);
    expect(replica.position?.offset).toBe(MAX_BUFFERED_MESSAGES + 1);
    expect(replica.tick(10 + GAP_HOLD_MS)).toEqual(recover(MAX_BUFFERED_MESSAGES + 1));
    replica.receive(events(MAX_BUFFERED_MESSAGES + 1, last), 300);
    expect(replica.phase).toBe('live');
  });

  test('EV7 an open chat is bounded', () => {
    const replica = live();
    replica.receive(events(0, MAX_LIVE_CHAT_MESSAGES + 10), 0);
    expect(texts(replica)).toHaveLength(MAX_LIVE_CHAT_MESSAGES);
    expect(texts(replica)?.[0]).toBe('11');
  });
});

describe('the end', () => {
  test('EV8 lost: the state goes', () => {
    const replica = live();
    const error = errorOf('forbidden');
    expect(replica.receive({ type: 'unsubscribed', channel: NUMBER, error }, 0)).toEqual([
      { kind: 'lost', error },
    ]);
    expect(replica.state).toBeNull();
    expect(replica.phase).toBe('lost');
  });

  test('EV8 refused for now: the state stays, and it is asked for again', () => {
    const position = { epoch: 'e1', offset: 1 };
    const replica = open({ position, state: EMPTY });
    const error = errorOf('overloaded');
    expect(replica.receive({ type: 'unsubscribed', channel: 0, ref: 1, error }, 0)).toEqual([
      { kind: 'again', error },
    ]);
    expect(replica.state).toBe(EMPTY);
    expect(replica.subscribe(2)).toMatchObject([{ message: { position } }]);
  });

  test('EV9 unsubscribe is sent when the channel is open, and later messages are ignored', () => {
    const replica = live();
    expect(replica.unsubscribe()).toEqual([
      { kind: 'send', message: { type: 'unsubscribe', channel: NUMBER } },
    ]);
    expect(replica.receive(events(0, 1), 0)).toEqual([]);
    expect(open().unsubscribe()).toEqual([]);
  });
});

test('EV10 a channel of the newest values sends no position, and applies every message', () => {
  const replica = new ChannelReplica({ name: 'dashboard' });
  const state = { type: 'dashboard', samples: [] } as const;
  replica.subscribe(1);
  replica.receive(
    subscribed({ name: 'dashboard', state: { ...state, samples: [] }, offset: 3 }),
    0,
  );
  const sample = { at: 1 } as DashboardSample;
  const message = { type: 'dashboard:changed', channel: NUMBER, sample } as const;
  expect(replica.receive(message, 0)).toEqual([{ kind: 'replaced' }]);
  expect(replica.state).toEqual({ ...state, samples: [sample] });
  expect(replica.receive({ ...message, channel: 8 }, 0)).toEqual([]);
  replica.disconnected();
  expect(replica.subscribe(2)).not.toHaveProperty('0.message.position');
});

test('EV11 a page of history moves nothing', () => {
  const replica = live();
  replica.receive(events(0, 1), 0);
  replica.amend((state) => ({ ...state, messages: [] }) as ChatState);
  expect(texts(replica)).toEqual([]);
  expect(replica.position?.offset).toBe(1);
});

describe('a newer server', () => {
  const unknown = { name: 'unknown-event' } as const;

  test('W45 skips an event that it does not know, and counts its offset', () => {
    const replica = live();
    const first = { ...events(0, 3), events: [sent(1), unknown, sent(3)] };
    replica.receive(first, 0);
    expect(texts(replica)).toEqual(['1', '3']);
    expect(replica.position).toEqual({ epoch: 'e1', offset: 3 });
    // The first two of these events are known here: one of them is the unknown event.
    const second = { ...events(1, 5), events: [unknown, sent(3), unknown, sent(5)] };
    replica.receive(second, 0);
    expect(texts(replica)).toEqual(['1', '3', '5']);
    expect(replica.position).toEqual({ epoch: 'e1', offset: 5 });
    expect(replica.phase).toBe('live');
    expect(replica.dueAt).toBeNull();
  });
});
