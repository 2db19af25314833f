import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
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

  test('CL7 an update that arrived by another server meanwhile is known', () => {
    const server = start();
    const { authority, submit, events } = server;
    const writer = new Writer(1);
    const first = writer.write('u');
    submit(1, 1, first);
    conflict(server);
    const second = writer.write('v');
    authority.follow(laterRows(0, [Y.mergeUpdates([first, second])], new Map([[1, 'ann']])));
    expect(events()).toEqual(['committed 0-1 by 0 acks ', 'committed 1-1 by  acks 1:1']);
    expect([authority.clean, textOf(authority.view()).toString()]).toEqual([true, 'uv']);
  });

  test('CL7 SY4 of an update that arrived in part, only the rest is stored', () => {
    const server = start();
    const { authority, submit, commit } = server;
    const writer = new Writer(1);
    const first = writer.write('u');
    const second = writer.write('v');
    submit(1, 1, Y.mergeUpdates([first, second]));
    conflict(server);
    authority.follow(laterRows(0, [first], new Map([[1, 'ann']])));
    const { rows } = commit();
    expect(Y.parseUpdateMeta(rows[0]!.update).from).toEqual(new Map([[1, 1]]));
    expect(textOfRows([first, rows[0]!.update])).toBe('uv');
  });

  test('CL7 CL9 of two users with one client id, the one who was committed first keeps it', () => {
    const server = start();
    const { authority, opened, open, submit, commit, events } = server;
    opened(2, { user: 'bob' });
    submit(1, 1, new Writer(1).write('mine'));
    submit(2, 1, new Writer(2).write('bob'), 'bob');
    conflict(server);
    authority.follow(laterRows(0, [new Writer(1).write('eve')], new Map([[1, 'eve']])));
    expect(commit()).toMatchObject({ owners: new Map([[2, 'bob']]), rows: [{ offset: 2 }] });
    expect(events()).toEqual([
      'committed 0-1 by 0 acks ',
      'refused 1:1 client-taken',
      'committed 1-2 by 2 acks 2:1',
    ]);
    expect(open(3, { user: 'ann', client: 1 })).toMatchObject({ kind: 'refused' });
    expect(open(4, { user: 'eve', client: 1 })).toMatchObject({ kind: 'opened' });
  });

  test('CL7 CL9 also without structs in common, when only the owner says so', () => {
    const server = start();
    const { authority, submit, events } = server;
    submit(1, 1, new Writer(1).write('mine'));
    conflict(server);
    authority.follow(laterRows(0, [new Writer(9).write('x')], new Map([[1, 'eve']])));
    expect(events()).toEqual(['committed 0-1 by 0 acks ', 'refused 1:1 client-taken']);
  });

  test('CL9 an update is not known because another user has structs under its ids', () => {
    const server = start();
    const { authority, opened, submit, events } = server;
    for (const subscription of [2, 3]) opened(subscription, { client: subscription });
    const mine = new Writer(1).write('m');
    submit(1, 1, mine);
    submit(2, 1, mine);
    conflict(server);
    const owners = new Map([
      [1, 'eve'],
      [3, 'eve'],
    ]);
    const stolen = [new Writer(1).write('eve'), new Writer(3).write('eve')];
    authority.follow(laterRows(0, stolen, owners));
    submit(3, 1, new Writer(3).write('m'));
    expect(events()).toEqual([
      'committed 0-2 by 0,0 acks ',
      'refused 1:1 client-taken',
      'refused 2:1 client-taken',
      'refused 3:1 client-taken',
    ]);
  });

  test('CL7 an update is decided again in the form in which it was sent', () => {
    const server = start();
    const { authority, opened, submit, commit, events } = server;
    opened(2, { user: 'bob' });
    // The second repeats the first, which another user's row makes unacceptable.
    const bob = new Writer(2);
    const [first, second] = [bob.write('a'), bob.write('b')];
    submit(2, 1, first, 'bob');
    submit(1, 1, Y.mergeUpdates([first, second]), 'bob');
    conflict(server);
    authority.follow(laterRows(0, [first], new Map([[2, 'bob']])));
    const { rows } = commit();
    expect(Y.parseUpdateMeta(rows[0]!.update).from).toEqual(new Map([[2, 1]]));
    expect(events().slice(1)).toEqual([
      'committed 1-1 by  acks 2:1',
      'committed 1-2 by 1 acks 1:1',
    ]);
  });

  test('CL7 CL8 SY8 the updates after one that is now refused are dropped', () => {
    const server = start();
    const { authority, submit, events } = server;
    const writer = new Writer(1);
    submit(1, 1, writer.write('a'));
    submit(1, 2, writer.write('b'));
    submit(1, 3, writer.write(FORBIDDEN));
    conflict(server);
    authority.follow(laterRows(0, [new Writer(1).write('eve')], new Map([[1, 'eve']])));
    submit(1, 4, new Writer(5).write('late'));
    expect(events()).toEqual(['committed 0-1 by 0 acks ', 'refused 1:1 client-taken']);
    expect(authority.clean).toBe(true);
  });

  test('CL7 pending refusals and requests for missing content stay', () => {
    const server = start();
    const { authority, opened, submit, commit, events } = server;
    for (const subscription of [2, 3]) opened(subscription);
    const [writer, lacking] = [new Writer(1), new Writer(3)];
    const first = writer.write('a');
    submit(1, 1, first);
    submit(2, 1, new Writer(2).write(FORBIDDEN));
    lacking.write('lost');
    submit(3, 1, lacking.write('c'));
    submit(1, 2, writer.write('b'));
    conflict(server);
    authority.follow(laterRows(0, [first], new Map([[1, 'ann']])));
    commit();
    expect(events()).toEqual([
      'committed 0-1 by 0 acks ',
      'committed 1-1 by  acks 1:1',
      'refused 2:1 invalid-update',
      'missing 3:1',
      'committed 1-2 by 1 acks 1:2',
    ]);
  });

  test('CL8 SY9 an update that now lacks content is repaired together with the later ones', () => {
    const server = start();
    const { authority, opened, submit, commit, events } = server;
    opened(2, { user: 'bob' });
    const [ann, bob] = [new Writer(1), new Writer(2)];
    const lost = ann.write('x');
    submit(1, 1, lost);
    Y.applyUpdate(bob.doc, lost);
    submit(2, 1, bob.write('y'), 'bob');
    submit(2, 2, bob.write('z'), 'bob');
    submit(2, 3, new Writer(7).write(FORBIDDEN), 'bob');
    submit(2, 4, bob.write('w'), 'bob');
    conflict(server);
    authority.follow(laterRows(0, [new Writer(9).write('eve')], new Map([[1, 'eve']])));
    expect(events()).toEqual([
      'committed 0-1 by 0 acks ',
      'refused 1:1 client-taken',
      'missing 2:1',
    ]);
    submit(2, 5, bob.write('ignored'), 'bob');
    const repair = new Writer(2).write('repaired');
    submit(2, 5, repair, 'bob');
    commit();
    expect(events()).toEqual(['committed 1-2 by 2 acks 2:5']);
  });

  test('CL7 updates of a closed subscription are decided again too', () => {
    const server = start();
    const { authority, submit, commit } = server;
    const writer = new Writer(1);
    const first = writer.write('a');
    submit(1, 1, first);
    submit(1, 2, writer.write('b'));
    authority.close(1);
    conflict(server);
    authority.follow(laterRows(0, [first], new Map([[1, 'ann']])));
    expect(commit().rows).toMatchObject([{ offset: 2, cseq: 2 }]);
    expect(textOf(authority.view()).toString()).toBe('ab');
  });

  test('CL7 RS5 a return is decided again as a return', () => {
    const timelines = { current: 't2', earlier: ['t1'] };
    const server = start({ timelines, owners: new Map([[5, 'gone']]) });
    const { authority, opened, submit, commit } = server;
    const returning = new Writer(5);
    const position = { epoch: 'life-1', timeline: 't1', offset: 3 };
    opened(2, { user: 'bob', client: 6, position });
    const first = returning.write('of gone ');
    const mine = new Writer(6);
    Y.applyUpdate(mine.doc, first);
    mine.write('mine');
    submit(2, 1, Y.encodeStateAsUpdate(mine.doc), 'bob');
    conflict(server);
    authority.follow(laterRows(0, [first], new Map()));
    expect(commit()).toMatchObject({ owners: new Map([[6, 'bob']]), rows: [{ offset: 2 }] });
    expect(textOf(authority.view()).toString()).toBe('of gone mine');
  });
});
