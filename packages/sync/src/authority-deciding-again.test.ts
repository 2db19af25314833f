import { expect, test } from 'vitest';
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
  expect(events().slice(1)).toEqual(['committed 1-1 by  acks 2:1', 'committed 1-2 by 1 acks 1:1']);
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
  expect(events()).toEqual(['committed 0-1 by 0 acks ', 'refused 1:1 client-taken', 'missing 2:1']);
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
