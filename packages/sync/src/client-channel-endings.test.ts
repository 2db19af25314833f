import { errorOf } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { textOf } from './simulation/content.ts';
import {
  advance,
  CHANNEL,
  FakeReplica,
  kept,
  LIFE,
  NOTHING,
  sent,
  start,
} from './testing/client-channel-harness.ts';

describe('endings', () => {
  test('SY35 a refused update and all later ones are rejected, and a new replica opens', () => {
    const { channel, copy, open, ack, nack } = start();
    open();
    for (const text of ['a', 'b', 'c']) channel.local(copy.write(text));
    ack(1, 0, 1);
    const error = errorOf('invalid-update');
    expect(nack(2, error)).toEqual([
      { kind: 'reject', ids: [2, 3], error },
      { kind: 'reset', error },
    ]);
    expect(channel).toMatchObject({ phase: 'resetting', position: undefined, pending: [] });
    expect(channel.open(2)).toEqual([]);
    channel.restart(new FakeReplica(2));
    expect(channel.open(3)).toEqual([
      {
        kind: 'send',
        message: {
          type: 'open',
          channel: 0,
          ref: 3,
          document: 'd',
          client: 2,
          stateVector: NOTHING,
        },
      },
    ]);
  });

  test('SY35 nothing is rejected when nothing is pending', () => {
    const { channel } = start({ position: { epoch: LIFE, timeline: 't1', offset: 1 } });
    channel.open(1);
    const error = errorOf('epoch-changed');
    expect(channel.receive({ type: 'closed', channel: 0, ref: 1, error })).toEqual([
      { kind: 'reset', error },
    ]);
  });

  test('SY35 after a temporary end it opens again and sends all again', () => {
    const { channel, copy, open } = start();
    open();
    const update = copy.write('a');
    channel.local(update);
    const error = errorOf('internal', { retryAfterMs: 0 });
    expect(channel.receive({ type: 'closed', channel: CHANNEL, error })).toEqual([
      { kind: 'reopen', error },
    ]);
    expect(channel.phase).toBe('closed');
    expect(open({ ref: 2 })).toEqual([sent(1, update)]);
  });

  test.each(['not-found', 'schema-outdated', 'unauthenticated'] as const)(
    'SY35 %s stops it, and pending updates stay',
    (code) => {
      const { channel, copy, open } = start();
      channel.local(copy.write('a'));
      open();
      expect(channel.receive({ type: 'closed', channel: CHANNEL, error: errorOf(code) })).toEqual([
        { kind: 'failed', error: errorOf(code) },
      ]);
      expect(channel).toMatchObject({ phase: 'failed', pending: [{ id: 1 }] });
      channel.disconnected();
      expect(channel.phase).toBe('failed');
    },
  );

  test('SY36 updates written on a lost replica are stored as rejected updates', () => {
    const { channel, copy, open, nack } = start();
    channel.local(copy.write('a'));
    open();
    const error = errorOf('read-only');
    nack(1, error);
    const late = copy.write('b');
    expect(channel.local(late)).toEqual([kept(2, late), { kind: 'reject', ids: [2], error }]);
    expect(channel.pending).toEqual([]);
  });

  test('SY37 messages of an old opening are ignored, and its updates are sent again', () => {
    const { channel, copy, open, ack, rows, nack } = start();
    open();
    const update = copy.write('a');
    channel.local(update);
    channel.disconnected();
    for (const late of [ack(1, 0, 1), rows(0, 1), nack(1, errorOf('invalid-update'))])
      expect(late).toEqual([]);
    channel.open(2);
    expect(ack(1, 0, 1)).toEqual([]);
    expect(open({ ref: 3 })).toEqual([sent(1, update)]);
    expect(channel.receive({ type: 'ack', channel: CHANNEL + 1, cseq: 1, from: 0, to: 1 })).toEqual(
      [],
    );
    expect(ack(1, 0, 1)).toEqual([advance(1, { confirmed: [1] })]);
  });
});

describe('a restored backup', () => {
  const restored = { timeline: 't2', parted: true, offset: 3 } as const;
  const position = { epoch: LIFE, timeline: 't1', offset: 7 };

  test('RS3 all that the copy holds, deletions too, is kept and sent in one message', () => {
    const { copy, open } = start({ position });
    copy.write('abc');
    const server = copy.stateVector();
    textOf(copy.doc).delete(0, 1);
    const update = copy.diff(server);
    expect(Y.decodeUpdate(update)).toMatchObject({
      structs: [],
      ds: { clients: new Map([[1, [{}]]]) },
    });
    const intents = open({ ...restored, stateVector: server });
    expect(intents.map(({ kind }) => kind)).toEqual(['keep', 'send']);
    expect(intents[0]).toMatchObject({ pending: { update } });
    expect(intents[1]).toEqual(sent(1, update));
  });

  test('RS4 the position stays that of the old timeline until all of the answer is here', () => {
    const { channel, open, rows, ack } = start({ position });
    open(restored);
    rows(0, 2);
    ack(1, 2, 2);
    expect(channel.position).toEqual(position);
    rows(2, 3);
    expect(channel).toMatchObject({ phase: 'live', position: { timeline: 't2', offset: 3 } });
  });

  test('RS4 where nothing is left on the server, the position is the beginning', () => {
    const { channel, open } = start({ position });
    open({ ...restored, offset: 0 });
    expect(channel.position).toEqual({ epoch: LIFE, timeline: 't2', offset: 0 });
  });

  test('RS3 a reader keeps it, and sends it once allowed to write', () => {
    const { channel, copy, open } = start({ position });
    const update = copy.write('abc');
    expect(open({ ...restored, access: 'view' }).map(({ kind }) => kind)).toEqual(['keep']);
    expect(
      channel.receive({
        type: 'document:changed',
        channel: CHANNEL,
        title: '',
        access: 'edit',
      }),
    ).toEqual([sent(1, update)]);
  });

  test('RS3 a reader sends it as one, also after further openings', () => {
    const { channel, copy, open } = start({ position });
    copy.write('abc');
    open({ ...restored, access: 'view' });
    channel.disconnected();
    open({ timeline: 't2', offset: 3, access: 'view', ref: 2 });
    channel.local(copy.write('d'));
    const changed = { type: 'document:changed', channel: CHANNEL, title: '' } as const;
    expect(channel.receive({ ...changed, access: 'edit' })).toEqual([sent(1, copy.diff(NOTHING))]);
  });

  test('RS3 it outlives a role that was taken away while it was on its way', () => {
    const { channel, copy, open, nack } = start({ position });
    const update = copy.write('abc');
    open(restored);
    const error = errorOf('read-only');
    expect(nack(1, error)).toEqual([{ kind: 'reopen', error }]);
    const view = { timeline: 't2', offset: 3, access: 'view', ref: 2 } as const;
    expect(open(view).map(({ kind }) => kind)).not.toContain('send');
    expect(channel.pending).toHaveLength(1);
    channel.disconnected();
    expect(open({ timeline: 't2', offset: 3, ref: 3 }).at(-1)).toEqual(sent(1, update));
  });

  test('RS3 on the next opening it is not kept a second time', () => {
    const { channel, copy, open } = start({ position });
    copy.write('abc');
    open(restored);
    const kept = channel.pending.length;
    channel.disconnected();
    expect(open({ ...restored, ref: 2 }).map(({ kind }) => kind)).toEqual(['send']);
    expect(channel.pending).toHaveLength(kept);
  });
});
