import { expect, test } from 'vitest';
import { JournalFollower } from './journal-follower.ts';
import { MAX_HELD_BYTES, MAX_HELD_MESSAGES } from './limits.ts';
import { laterRows, start, Writer } from './testing/authority-harness.ts';

function following() {
  const server = start();
  const other = new Writer(9);
  const updates = Array.from({ length: 200 }, (_, i) => other.write(`${i} `));
  const later = (from: number, to: number) => laterRows(from, updates.slice(from, to));
  return { ...server, follower: new JournalFollower(server.authority), later };
}

test('CL12 rows that overtake others wait until the gap is closed', () => {
  const { follower, authority, later, events } = following();
  follower.receive(later(2, 3));
  follower.receive(later(1, 2));
  expect([authority.head, follower.need]).toEqual([0, 'rows-soon']);
  follower.receive(later(0, 1));
  expect([authority.head, follower.need]).toEqual([3, 'nothing']);
  expect(events()).toEqual([
    'committed 0-1 by 0 acks ',
    'committed 1-2 by 0 acks ',
    'committed 2-3 by 0 acks ',
  ]);
});

test('CL12 a gap and an announced head are closed by the journal', () => {
  const { follower, authority, later } = following();
  follower.receive(later(2, 3));
  expect(follower.begin()).toEqual({ epoch: 'life-1', offset: 0, tail: null });
  expect(follower.need).toBe('nothing');
  expect(follower.answer(later(0, 2))).toBe('followed');
  expect([authority.head, follower.need]).toEqual([3, 'nothing']);
  follower.announce(3);
  expect(follower.need).toBe('nothing');
  follower.announce(5);
  expect(follower.need).toBe('rows-soon');
  expect(follower.begin()).toMatchObject({ offset: 3, tail: 'other-3' });
  // Announced while the journal is being read, perhaps from before.
  follower.announce(6);
  follower.answer(later(3, 5));
  expect([authority.head, follower.need]).toEqual([5, 'rows-soon']);
});

test('CL4 CL12 after rows that follow another batch, the journal decides', () => {
  const { follower, later } = following();
  follower.receive(later(0, 1));
  follower.receive({ ...later(1, 2), previousTail: 'lost' });
  expect(follower.need).toBe('rows-now');
  follower.begin();
  expect(follower.answer(null)).toBe('lost');
});

test('CL2 a conflict is followed at once, also by rows that came earlier', () => {
  const { follower, authority, submit, later } = following();
  submit(1, 1, new Writer(1).write('mine'));
  const first = authority.batch()!;
  follower.receive(later(0, 1));
  expect([authority.head, follower.need]).toEqual([0, 'nothing']);
  authority.conflicted(first);
  follower.resolve();
  expect([authority.head, follower.need, authority.appending]).toEqual([1, 'nothing', 'idle']);
  authority.conflicted(authority.batch()!);
  expect(follower.need).toBe('rows-now');
  follower.begin();
  expect(follower.answer(later(1, 2))).toBe('followed');
  expect(authority.appending).toBe('idle');
});

test('CL2 a conflict that the journal does not explain loses the document', () => {
  const { follower, authority, submit } = following();
  submit(1, 1, new Writer(1).write('mine'));
  authority.conflicted(authority.batch()!);
  follower.begin();
  expect(follower.answer({ ...laterRows(0, []), tail: 'another' })).toBe('lost');
});

test('CL5 an answer of the journal waits for the outcome of a batch', () => {
  const { follower, authority, submit, later } = following();
  const read = follower.request();
  expect(follower.need).toBe('rows-now');
  follower.begin();
  submit(1, 1, new Writer(1).write('mine'));
  const batch = authority.batch()!;
  expect(follower.answer(later(0, 2))).toBe('followed');
  expect([follower.isApplied(read), follower.need]).toEqual([false, 'nothing']);
  authority.conflicted(batch);
  follower.resolve();
  expect([follower.isApplied(read), authority.head]).toEqual([true, 2]);
});

test('CL11 a request waits for a read that begins after it', () => {
  const { follower, later } = following();
  follower.request();
  follower.begin();
  const second = follower.request();
  follower.answer(later(0, 1));
  expect([follower.isApplied(second), follower.need]).toEqual([false, 'rows-now']);
  follower.begin();
  follower.fail();
  expect([follower.isApplied(second), follower.need]).toEqual([false, 'rows-now']);
  follower.begin();
  follower.answer(later(1, 2));
  expect([follower.isApplied(second), follower.need]).toEqual([true, 'nothing']);
});

test('CL12 what exceeds the limits is dropped, and read from the journal', () => {
  const { follower, authority, later } = following();
  for (let from = 1; from <= MAX_HELD_MESSAGES + 1; from++) follower.receive(later(from, from + 1));
  follower.receive(later(0, 1));
  expect([authority.head, follower.need]).toEqual([1, 'rows-soon']);
  follower.begin();
  follower.answer(later(1, 150));
  expect([authority.head, follower.need]).toEqual([150, 'nothing']);
  const large = laterRows(151, [new Uint8Array(MAX_HELD_BYTES + 1)]);
  follower.receive(large);
  follower.receive(later(150, 151));
  expect([authority.head, follower.need]).toEqual([151, 'rows-soon']);
});
