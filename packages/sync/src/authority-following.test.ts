import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { OpenRequest } from './engine-event.ts';
import { FORBIDDEN, textOf } from './simulation/content.ts';
import { laterRows, start, Writer } from './testing/authority-harness.ts';

const textOfRows = (updates: readonly Uint8Array[]) => {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return textOf(doc).toString();
};

function conflict({ authority }: ReturnType<typeof start>) {
  authority.conflicted(authority.batch()!);
}

describe('rows of other servers', () => {
  test('CL3 go to everyone from the head on, with the author 0 and no acknowledgement', () => {
    const { authority, submit, commit, events } = start();
    const other = new Writer(9);
    submit(1, 1, new Writer(1).write('mine'));
    commit();
    events();
    expect(authority.follow(laterRows(1, [other.write('a'), other.write('b')]))).toBe('followed');
    expect(events()).toEqual(['committed 1-3 by 0,0 acks ']);
    expect(authority.head).toBe(3);
    expect(textOf(authority.view()).toString()).toContain('ab');
  });

  test('CL3 precede the outcomes of everything that is queued', () => {
    const { authority, opened, submit, commit, events } = start();
    opened(2);
    const lost = new Writer(2);
    lost.write('lost');
    submit(1, 1, new Writer(1).write('mine'));
    submit(2, 1, lost.write('lacks it'));
    expect(authority.follow(laterRows(0, [new Writer(9).write('other ')]))).toBe('followed');
    expect(events()).toEqual(['committed 0-1 by 0 acks ']);
    const { base, rows, tail } = commit();
    expect([base, rows.map(({ offset }) => offset), tail]).toEqual([1, [2], 'other-1']);
    expect(events()).toEqual(['committed 1-2 by 1 acks 1:1', 'missing 2:1']);
  });

  test('CL3 SY12 SY13 SY14 are answered like own rows', () => {
    const { authority, opened } = start();
    const other = new Writer(9);
    const first = other.write('a');
    const { stateVector } = other;
    const second = other.write('b');
    authority.follow(laterRows(0, [first, second]));
    const position = { epoch: 'life-1', timeline: 't1', offset: 1 };
    expect(opened(2, { position, stateVector })).toMatchObject({
      isParted: false,
      offset: 2,
      stateVector: other.stateVector,
      parts: [{ from: 1, to: 2, updates: [second] }],
    });
    const { parts } = opened(3);
    expect(textOfRows(parts.flatMap((part) => part.updates))).toBe('ab');
  });

  test('CL4 are ignored as far as they are known', () => {
    const { authority, events } = start();
    const other = new Writer(9);
    const updates = ['a', 'b', 'c'].map((text) => other.write(text));
    expect(authority.follow(laterRows(0, updates.slice(0, 2)))).toBe('followed');
    expect(authority.follow(laterRows(0, updates.slice(0, 2)))).toBe('known');
    expect(authority.follow(laterRows(0, updates))).toBe('followed');
    expect(authority.tail).toBe('other-3');
    expect(events()).toEqual(['committed 0-2 by 0,0 acks ', 'committed 2-3 by 0 acks ']);
  });

  test('CL4 are refused beyond a gap, and after another batch than the last', () => {
    const { authority, events } = start();
    const other = new Writer(9);
    const updates = ['a', 'b', 'c'].map((text) => other.write(text));
    expect(authority.follow(laterRows(1, updates.slice(1)))).toBe('gap');
    authority.follow(laterRows(0, updates.slice(0, 1)));
    events();
    const second = laterRows(1, updates.slice(1, 2));
    expect(authority.follow({ ...second, previousTail: 'lost' })).toBe('gap');
    expect(authority.follow({ ...laterRows(0, updates), previousTail: null })).toBe('gap');
    expect(events()).toEqual([]);
    expect(authority.follow({ ...second, previousTail: 'other-1' })).toBe('followed');
  });

  test('CL4 that cannot be applied damage the document', () => {
    const { authority } = start();
    const other = new Writer(9);
    other.write('never sent');
    expect(() => authority.follow(laterRows(0, [other.write('b')]))).toThrow('refers to content');
  });

  test('CL10 raise the needed schema version, also of an evicted document', () => {
    const rebuilds: true[] = [];
    const other = new Writer(9);
    const { authority } = start(
      {},
      {
        neededSchema: { ofDocument: () => 0, ofChange: (change) => change.changed.size * 7 },
        onRebuild: () => rebuilds.push(true),
      },
    );
    const schemas = () =>
      authority.takeEvents().map((event) => event.kind === 'committed' && event.schema);
    authority.evict();
    authority.follow({ ...laterRows(0, [other.write('a')]), schema: 3 });
    expect([schemas(), rebuilds]).toEqual([[3], []]);
    authority.follow(laterRows(1, [other.write('b')]));
    expect([schemas(), rebuilds]).toEqual([[7], [true]]);
    authority.follow({ ...laterRows(2, [other.write('c')]), schema: 9 });
    expect(schemas()).toEqual([9]);
    expect(textOf(authority.view()).toString()).toBe('abc');
  });
});

describe('an append that conflicts', () => {
  test('CL1 CL2 is repeated after the rows that took its place', () => {
    const server = start();
    const { authority, submit, commit, events } = server;
    submit(1, 1, new Writer(1).write('mine'));
    const [first] = [authority.batch()!];
    authority.conflicted(first);
    expect([authority.appending, authority.batch()]).toEqual(['conflicted', null]);
    authority.follow(laterRows(0, [new Writer(9).write('a'), new Writer(8).write('b')]));
    const batch = commit();
    expect(batch).toMatchObject({ base: 2, tail: 'other-2', rows: [{ offset: 3, cseq: 1 }] });
    expect(batch.id).not.toBe(first.id);
    expect(events()).toEqual(['committed 0-2 by 0,0 acks ', 'committed 2-3 by 1 acks 1:1']);
  });

  test('CL2 continues when the journal has nothing later after all', () => {
    const server = start({ tail: 'other-0' });
    server.submit(1, 1, new Writer(1).write('mine'));
    conflict(server);
    expect(server.authority.follow({ ...laterRows(0, []), tail: 'another' })).toBe('known');
    expect(server.authority.batch()).toBeNull();
    expect(server.authority.follow(laterRows(0, []))).toBe('known');
    expect(server.commit()).toMatchObject({ base: 0, tail: 'other-0' });
  });

  test('CL5 nothing is followed before the outcome of a batch is known', () => {
    const { authority, submit, events } = start();
    submit(1, 1, new Writer(1).write('mine'));
    const batch = authority.batch()!;
    const later = laterRows(1, [new Writer(9).write('other')]);
    expect(authority.follow(later)).toBe('unresolved');
    authority.failed(batch);
    expect(authority.follow(later)).toBe('unresolved');
    expect(authority.follow(laterRows(0, [new Writer(8).write('other')]))).toBe('unresolved');
    expect(authority.batch()).toBe(batch);
    authority.committed(batch);
    expect(authority.follow(later)).toBe('followed');
    expect(events()).toEqual(['committed 0-1 by 1 acks 1:1', 'committed 1-2 by 0 acks ']);
  });

  test('CL5 after a batch that was busy, rows are followed, unless an earlier attempt is unknown', () => {
    const { authority, submit, commit, events } = start();
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    authority.postponed(authority.batch()!);
    expect(authority.appending).toBe('idle');
    const other = new Writer(9);
    const rows = [other.write('b'), other.write('c')];
    authority.follow(laterRows(0, rows.slice(0, 1)));
    submit(1, 2, writer.write('d'));
    const batch = authority.batch()!;
    expect(batch).toMatchObject({ base: 1, rows: [{ offset: 2 }, { offset: 3 }] });
    authority.failed(batch);
    expect(authority.batch()).toBe(batch);
    authority.postponed(batch);
    expect([authority.appending, authority.batch()]).toEqual(['unresolved', batch]);
    authority.conflicted(batch);
    authority.follow(laterRows(1, rows.slice(1)));
    commit();
    expect(events()).toEqual([
      'committed 0-1 by 0 acks ',
      'committed 1-2 by 0 acks ',
      'committed 2-4 by 1,1 acks 1:2',
    ]);
  });

  test('CL7 what may be decided again counts as queued', () => {
    const { authority, opened, submit, commit } = start();
    for (const subscription of [2, 3, 4]) opened(subscription);
    const writer = new Writer(1);
    const [row, next] = [writer.write('a'), writer.write('b')];
    submit(1, 1, row);
    submit(2, 1, row);
    submit(3, 1, new Writer(3).write(FORBIDDEN));
    expect(authority.queuedBytes).toBe(2 * row.byteLength);
    const merged = Y.mergeUpdates([row, next]);
    submit(4, 1, merged);
    const bytes = 2 * row.byteLength + merged.byteLength;
    const queued = authority.queuedBytes;
    const { rows } = commit();
    expect(bytes + rows[1]!.update.byteLength).toBe(queued);
    expect(authority.queuedBytes).toBe(0);
  });

  test('CL6 keeps the queue without rebuilding it when the rows are of other client ids', () => {
    const rebuilds: true[] = [];
    const server = start({}, { onRebuild: () => rebuilds.push(true) });
    const { authority, submit, commit, events } = server;
    const [mine, other] = [new Writer(1), new Writer(9)];
    submit(1, 1, mine.write('mine '));
    commit();
    Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(mine.doc));
    submit(1, 2, mine.erase(2));
    conflict(server);
    authority.follow(laterRows(1, [other.erase(3)]));
    const { rows } = commit();
    expect([rows.length, rebuilds]).toEqual([1, []]);
    expect(events().at(-1)).toBe('committed 2-3 by 1 acks 1:2');
    expect(textOf(authority.view()).toString()).toBe('e ');
  });
});

describe('a client that saw rows of other servers first', () => {
  test('CL11 is recognised by its position, its epoch, its client id, and structs of others', () => {
    const { authority } = start({ owners: new Map([[5, 'eve']]) });
    const writer = new Writer(1);
    authority.follow(laterRows(0, [writer.write('a')]));
    const asks = (request: Partial<OpenRequest>) =>
      authority.isOutdatedFor({ subscription: 2, user: 'ann', ...request });
    const position = { epoch: 'life-1', timeline: 't1', offset: 1 };
    const { stateVector } = writer;
    expect(asks({ position, stateVector })).toBe(false);
    expect(asks({ position: { ...position, offset: 2 } })).toBe(true);
    expect(asks({ position: { ...position, epoch: 'life-2' } })).toBe(true);
    writer.write('b');
    const ahead = { position, stateVector: writer.stateVector };
    expect(asks({ ...ahead, client: 1 })).toBe(false);
    expect(asks({ ...ahead, client: 2 })).toBe(true);
    expect(asks({ position, stateVector: Uint8Array.of(255) })).toBe(false);
    expect([asks({ client: 5 }), asks({ client: 5, user: 'eve' })]).toEqual([true, false]);
  });

  test('CL14 what lacks content or has another owner is decided after following', () => {
    const { authority, opened, submit, commit, events } = start({ owners: new Map([[5, 'eve']]) });
    opened(2);
    const [first, second] = [new Writer(9), new Writer(2)];
    const row = first.write('a');
    Y.applyUpdate(second.doc, row);
    const submission = { subscription: 1, user: 'ann', cseq: 1, update: second.write('b'), at: 0 };
    expect(authority.submit(submission, 'may-be-behind')).toBe('behind');
    const taken = { ...submission, subscription: 2, update: new Writer(5).write('c') };
    expect(authority.submit(taken, 'may-be-behind')).toBe('behind');
    expect([events(), authority.clean]).toEqual([[], true]);
    authority.follow(laterRows(0, [row]));
    expect(authority.submit(submission, 'may-be-behind')).toBe('decided');
    expect(authority.submit(taken)).toBe('decided');
    commit();
    expect(events()).toEqual([
      'committed 0-1 by 0 acks ',
      'committed 1-2 by 1 acks 1:1',
      'refused 2:1 client-taken',
    ]);
    submit(1, 2, second.write('d'));
    expect(textOf(authority.view()).toString()).toBe('ab');
  });

  test('CL14 SY9 a repair waits too, and is refused if it lacks content after that', () => {
    const { authority, submit, events } = start();
    const writer = new Writer(1);
    writer.write('lost');
    const update = writer.write('b');
    submit(1, 1, update);
    expect(events()).toEqual(['missing 1:1']);
    const repair = { subscription: 1, user: 'ann', cseq: 1, update, at: 0 };
    expect(authority.submit(repair, 'may-be-behind')).toBe('behind');
    expect(authority.submit(repair)).toBe('decided');
    expect(events()).toEqual(['refused 1:1 invalid-update']);
  });
});
