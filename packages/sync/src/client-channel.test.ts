import { errorOf, MAX_STATE_VECTOR_BYTES, MAX_UPDATE_BYTES } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { MAX_MERGED_UPDATES } from './limits.ts';
import { docOf, textOf } from './simulation/content.ts';
import {
  advance,
  CHANNEL,
  FakeReplica,
  kept,
  LIFE,
  NOTHING,
  range,
  remote,
  sent,
  start,
} from './testing/client-channel-harness.ts';

describe('opening', () => {
  test('SY27 sends its position and state vector', () => {
    const position = { epoch: LIFE, timeline: 't1', offset: 4 };
    const copy = new FakeReplica();
    copy.write('a');
    const { channel } = start({ replica: copy, position });
    expect(channel.open(3)).toEqual([
      {
        kind: 'send',
        message: {
          type: 'open',
          channel: 0,
          ref: 3,
          document: 'd',
          client: 1,
          position,
          stateVector: copy.stateVector(),
        },
      },
    ]);
    const [first] = start().channel.open(1);
    expect(first).not.toHaveProperty('message.position');
  });

  test('SY27 leaves a state vector out that is too large', () => {
    const replica = {
      client: 1,
      stateVector: () => new Uint8Array(MAX_STATE_VECTOR_BYTES + 1),
      diff: () => remote,
    };
    expect(start({ replica }).channel.open(1)[0]).not.toHaveProperty('message.stateVector');
  });

  test('SY28 pending updates are sent as one update and confirmed together', () => {
    const { channel, copy, open, ack } = start();
    for (const text of ['a', 'b']) channel.local(copy.write(text));
    const intents = open();
    expect(intents).toHaveLength(2);
    expect(intents[0]).toEqual(advance(0));
    expect(intents[1]).toEqual(sent(1, Y.mergeUpdates(copy.updates)));
    expect(ack(1, 0, 1)).toEqual([advance(1, { confirmed: [1, 2] })]);
    expect(channel.pending).toEqual([]);
  });

  test('SY28 many are sent as the difference, without keeping it again', () => {
    const { channel, copy, open } = start();
    for (let count = 0; count <= MAX_MERGED_UPDATES; count++) channel.local(copy.write('a'));
    expect(open()).toEqual([advance(0), sent(1, copy.diff(NOTHING))]);
  });

  test('SY29 content that only the replica has is sent and stored', () => {
    const { copy, open } = start();
    copy.write('forgotten');
    expect(open()).toEqual([advance(0), kept(1, copy.diff(NOTHING)), sent(1, copy.diff(NOTHING))]);
  });

  test('SY29 also beside pending updates', () => {
    const { channel, copy, open, ack } = start();
    copy.write('forgotten');
    channel.local(copy.write('a'));
    expect(open()).toEqual([advance(0), kept(2, copy.diff(NOTHING)), sent(1, copy.diff(NOTHING))]);
    expect(ack(1, 0, 1)).toEqual([advance(1, { confirmed: [1, 2] })]);
  });

  test('SY29 nothing is sent when the server has all', () => {
    const { copy, open } = start({ position: { epoch: LIFE, timeline: 't1', offset: 2 } });
    copy.write('a');
    expect(open({ base: 2, offset: 2, stateVector: copy.stateVector() })).toEqual([]);
  });

  test('SY30 the first opening binds the copy to a life, and another is not applied', () => {
    const { channel, copy, open, rows } = start();
    open();
    channel.local(copy.write('a'));
    channel.disconnected();
    const error = errorOf('epoch-changed');
    expect(open({ epoch: 'life-2', ref: 2 })).toEqual([
      { kind: 'reject', ids: [1], error },
      { kind: 'reset', error },
    ]);
    expect(rows(0, 1)).toEqual([]);
    expect(channel.phase).toBe('resetting');
  });

  test('SY37 only the answer to the newest ref counts', () => {
    const { channel, opened } = start();
    channel.open(1);
    channel.open(2);
    expect(opened({ ref: 1 })).toEqual([]);
    expect(
      channel.receive({ type: 'closed', channel: 0, ref: 1, error: errorOf('not-found') }),
    ).toEqual([]);
    expect(channel.phase).toBe('opening');
    opened({ ref: 2 });
    expect(channel).toMatchObject({ phase: 'live', channel: CHANNEL });
  });
});

describe('while it is open', () => {
  test('SY31 a local update is kept, then sent under the next cseq', () => {
    const { channel, copy, open } = start();
    const first = copy.write('a');
    expect(channel.local(first)).toEqual([kept(1, first)]);
    open();
    const second = copy.write('b');
    expect(channel.local(second)).toEqual([kept(2, second), sent(2, second)]);
  });

  test('SY31 ids continue after those of the stored outbox', () => {
    const { channel } = start({ pending: [{ id: 5, update: remote }] });
    expect(channel.local(remote)).toEqual([kept(6, remote)]);
  });

  test('SY32 an acknowledgement confirms up to its cseq and moves over the own rows', () => {
    const { channel, copy, open, ack } = start();
    open();
    for (const text of ['a', 'b', 'c']) channel.local(copy.write(text));
    expect(ack(2, 0, 2)).toEqual([advance(2, { confirmed: [1, 2] })]);
    expect(channel.pending.map(({ id }) => id)).toEqual([3]);
    expect(ack(3, 2, 2)).toEqual([advance(2, { confirmed: [3] })]);
  });

  test('SY32 rows come with the position that they lead to', () => {
    const { channel, open, rows } = start();
    open({ offset: 5 });
    expect(channel.phase).toBe('catching-up');
    expect(rows(0, 3)).toEqual([advance(3, { updates: [remote] })]);
    expect(channel.phase).toBe('catching-up');
    expect(rows(3, 5)).toEqual([advance(5, { updates: [remote] })]);
    expect(channel).toMatchObject({
      phase: 'live',
      position: { epoch: LIFE, timeline: 't1', offset: 5 },
    });
  });

  test('SY32 until rows from 0 have come, the position stays the old one', () => {
    const { channel, open, rows } = start({
      position: { epoch: LIFE, timeline: 't1', offset: 4 },
    });
    open({ base: 0, offset: 9 });
    expect(channel.position?.offset).toBe(4);
    rows(0, 9);
    expect(channel.position?.offset).toBe(9);
  });

  test('SY33 a gap is requested once, and ignored until the answer', () => {
    const { channel, open, rows } = start();
    open();
    rows(0, 1);
    expect(rows(3, 4)).toEqual([range(1)]);
    expect(rows(4, 5)).toEqual([]);
    expect(channel.position?.offset).toBe(1);
    expect(rows(1, 5)).toEqual([advance(5, { updates: [remote] })]);
    expect(rows(6, 7)).toEqual([range(5)]);
  });

  test('SY33 rows that do not arrive are requested again until they do', () => {
    const { channel, open, rows } = start();
    open();
    expect(channel.requestRowsAgain()).toEqual([]);
    rows(3, 4);
    expect(channel.missingAfter).toBe(0);
    expect(channel.requestRowsAgain()).toEqual([range(0)]);
    expect(channel.requestRowsAgain()).toEqual([range(0)]);
    rows(0, 4);
    expect(channel.missingAfter).toBeNull();
    expect(channel.requestRowsAgain()).toEqual([]);
  });

  test('SY33 rows up to the offset of the opening are due until they have arrived', () => {
    const { channel, open, rows } = start();
    expect(channel.missingAfter).toBeNull();
    open({ offset: 5 });
    expect(channel.missingAfter).toBe(0);
    rows(0, 3);
    expect(channel.missingAfter).toBe(3);
    expect(channel.requestRowsAgain()).toEqual([range(3)]);
    rows(3, 5);
    expect(channel.missingAfter).toBeNull();
  });

  test('SY33 an acknowledgement beyond a gap confirms without moving', () => {
    const { channel, copy, open, ack } = start();
    open();
    channel.local(copy.write('a'));
    expect(ack(1, 2, 3)).toEqual([advance(0, { confirmed: [1] }), range(0)]);
  });

  test('SY33 rows it has are ignored', () => {
    const { open, rows } = start();
    open();
    rows(0, 3);
    expect(rows(1, 3)).toEqual([]);
    expect(rows(2, 4)).toEqual([advance(4, { updates: [remote] })]);
  });

  test('SY42 the oldest unacknowledged update is the first one that was sent on this opening', () => {
    const { channel, copy, open, ack } = start();
    channel.local(copy.write('a'));
    expect(channel.unacknowledged).toBeNull();
    open();
    channel.local(copy.write('b'));
    expect(channel.unacknowledged).toBe(1);
    ack(1, 0, 1);
    expect(channel.unacknowledged).toBe(2);
    channel.disconnected();
    expect(channel.unacknowledged).toBeNull();
  });

  test('SY34 a state:request is answered under the newest cseq with all missing content', () => {
    const { channel, copy, open, ack } = start();
    open();
    copy.write('forgotten');
    for (const text of ['a', 'b']) channel.local(copy.write(text));
    const intents = channel.receive({
      type: 'state:request',
      channel: CHANNEL,
      cseq: 1,
      stateVector: NOTHING,
    });
    expect(intents).toEqual([kept(3, copy.diff(NOTHING)), sent(2, copy.diff(NOTHING))]);
    expect(textOf(docOf([copy.diff(NOTHING)])).toString()).toBe('forgottenab');
    expect(ack(2, 0, 1)).toEqual([advance(1, { confirmed: [1, 2, 3] })]);
  });
});

describe('updates that are not sent', () => {
  test.each(['view', 'comment'] as const)(
    'SY39 with %s access pending work waits, until this person may write',
    (access) => {
      const copy = new FakeReplica();
      const before = copy.write('a');
      const { channel, opened } = start({ replica: copy, pending: [{ id: 1, update: before }] });
      channel.open(1);
      expect(opened({ access }).some(({ kind }) => kind === 'send')).toBe(false);
      const after = copy.write('b');
      expect(channel.local(after)).toEqual([kept(2, after)]);
      const changed = { type: 'document:changed', channel: CHANNEL, title: '' } as const;
      expect(channel.receive({ ...changed, access: 'edit' })).toEqual([
        sent(1, copy.diff(NOTHING)),
      ]);
    },
  );

  test('SY39 an update at the limit is sent, a larger one is rejected', () => {
    const { channel, open } = start();
    open();
    expect(channel.local(new Uint8Array(MAX_UPDATE_BYTES)).map(({ kind }) => kind)).toEqual([
      'keep',
      'send',
    ]);
    expect(channel.local(new Uint8Array(MAX_UPDATE_BYTES + 1))).toMatchObject([
      { kind: 'keep' },
      { kind: 'reject', ids: [1, 2], error: errorOf('too-large') },
      { kind: 'reset' },
    ]);
  });
});
