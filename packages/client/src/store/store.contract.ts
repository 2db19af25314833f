/** Contract tests of every document store; each adapter runs them. */
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import type { Store } from './store.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const entry = (document: string, value: number) => ({
  document,
  epoch: 'one',
  update: bytes(value),
  at: value,
});
const plain = (updates: readonly Uint8Array[]) => updates.map((update) => [...update]);

export function storeContract(open: () => Promise<Store>): void {
  test('a document that was never opened has no copy', async () => {
    const store = await open();
    expect(await store.load('d')).toEqual({
      position: null,
      facts: null,
      updates: [],
      rows: [],
      outbox: [],
    });
  });

  test('a copy is what was added, with its position and facts', async () => {
    const store = await open();
    const facts = { kind: 'page', title: 'Tide log' } as const;
    await store.advance('d', {
      updates: [bytes(1)],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 1 },
      facts,
    });
    await store.advance('d', {
      updates: [bytes(2), bytes(3)],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 3 },
      facts: null,
    });
    await store.advance('other', {
      updates: [bytes(9)],
      confirmed: [],
      since: null,
      position: { epoch: 'two', timeline: 't1', offset: 1 },
      facts: null,
    });
    const replica = await store.load('d');
    expect(replica.position).toEqual({ epoch: 'one', timeline: 't1', offset: 3 });
    expect(replica.facts).toEqual(facts);
    expect(plain(replica.updates)).toEqual([[1], [2], [3]]);
  });

  test('RS4 a position of another timeline is another, also an earlier one; what another tab builds on the old one is not written', async () => {
    const store = await open();
    const before = { epoch: 'one', timeline: 't1', offset: 5 };
    const after = { epoch: 'one', timeline: 't2', offset: 3 };
    const nothing = { updates: [], confirmed: [], facts: null };
    await store.advance('d', { ...nothing, since: null, position: before });
    await store.advance('d', { ...nothing, since: before, position: after });
    expect((await store.load('d')).position).toEqual(after);
    await store.advance('d', { ...nothing, since: before, position: { ...before, offset: 6 } });
    expect((await store.load('d')).position).toEqual(after);
  });

  test('a position does not move back within an epoch', async () => {
    const store = await open();
    await store.advance('d', {
      updates: [],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 5 },
      facts: null,
    });
    await store.advance('d', {
      updates: [],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 3 },
      facts: null,
    });
    expect((await store.load('d')).position).toEqual({
      epoch: 'one',
      timeline: 't1',
      offset: 5,
    });
  });

  test('P4: content of another epoch is never given with this one', async () => {
    const store = await open();
    await store.advance('d', {
      updates: [bytes(1)],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 5 },
      facts: null,
    });
    await store.advance('d', {
      updates: [bytes(2)],
      confirmed: [],
      since: null,
      position: { epoch: 'two', timeline: 't1', offset: 1 },
      facts: null,
    });
    const replica = await store.load('d');
    expect(replica.position).toEqual({ epoch: 'two', timeline: 't1', offset: 1 });
    expect(plain(replica.updates)).toEqual([[2]]);
  });

  test('the outbox keeps its order and its documents apart', async () => {
    const store = await open();
    const first = await store.enqueue(entry('d', 1));
    const second = await store.enqueue(entry('other', 2));
    const third = await store.enqueue(entry('d', 3));
    expect(first < second && second < third).toBe(true);
    expect((await store.load('d')).outbox).toEqual([
      { ...entry('d', 1), id: first },
      { ...entry('d', 3), id: third },
    ]);
    expect((await store.outbox()).map(({ id }) => id)).toEqual([first, second, third]);
  });

  test('confirmed work moves from the outbox into the copy', async () => {
    const store = await open();
    const id = await store.enqueue(entry('d', 7));
    await store.advance('d', {
      updates: [],
      confirmed: [id, 999],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 4 },
      facts: null,
    });
    const replica = await store.load('d');
    expect(replica.outbox).toEqual([]);
    expect(plain(replica.updates)).toEqual([[7]]);
    expect(replica.position).toEqual({ epoch: 'one', timeline: 't1', offset: 4 });
  });

  test('compaction replaces only the rows it has read', async () => {
    const store = await open();
    const position = { epoch: 'one', timeline: 't1', offset: 3 };
    await store.advance('d', {
      updates: [bytes(1), bytes(2)],
      confirmed: [],
      since: null,
      position,
      facts: null,
    });
    const { rows } = await store.load('d');
    await store.advance('d', {
      updates: [bytes(3)],
      confirmed: [],
      since: null,
      position,
      facts: null,
    });
    await store.compact('d', { replica: bytes(12), epoch: 'one', rows });
    const { updates } = await store.load('d');
    expect(new Set(plain(updates).flat())).toEqual(new Set([3, 12]));
  });

  test('what is set aside leaves the copy and the outbox, and stays until it is discarded', async () => {
    const store = await open();
    await store.advance('d', {
      updates: [bytes(1)],
      confirmed: [],
      since: null,
      position: { epoch: 'one', timeline: 't1', offset: 1 },
      facts: null,
    });
    const id = await store.enqueue(entry('d', 2));
    const kept = await store.enqueue(entry('other', 3));
    const rejected = {
      document: 'd',
      title: 'Tide log',
      replica: bytes(1, 2),
      error: errorOf('invalid-update'),
      at: 5,
    };
    await store.rejectedUpdates('d', () => ({ rejected, ids: [id], replica: 'forget' }));
    expect(await store.load('d')).toMatchObject({ position: null, updates: [], outbox: [] });
    expect((await store.outbox()).map((waiting) => waiting.id)).toEqual([kept]);
    const [listed] = await store.listRejectedUpdates();
    expect(listed).toMatchObject(rejected);
    await store.discard(listed?.id ?? 0);
    expect(await store.listRejectedUpdates()).toEqual([]);
  });

  test('what is set aside is decided on what is there in that moment', async () => {
    const store = await open();
    const position = { epoch: 'one', timeline: 't1', offset: 1 };
    const change = { updates: [bytes(1)], confirmed: [], since: null, position, facts: null };
    await store.advance('d', change);
    const ids = [await store.enqueue(entry('d', 2))];
    const error = errorOf('epoch-changed');
    // Another tab's call, which was made first.
    const late = store.enqueue(entry('d', 3));
    await store.rejectedUpdates('d', ({ updates, outbox }) => {
      ids.push(...outbox.map(({ id }) => id));
      const replica = bytes(...updates.flatMap((update) => [...update]), outbox.length);
      return {
        rejected: { document: 'd', title: '', replica, error, at: 5 },
        ids,
        replica: 'forget',
      };
    });
    expect(ids).toContain(await late);
    expect(await store.outbox()).toEqual([]);
    expect((await store.listRejectedUpdates()).map(({ replica }) => [...replica])).toEqual([
      [1, 2],
    ]);
  });

  test('nothing that comes after it is taken by a decision', async () => {
    const store = await open();
    const before = await store.enqueue(entry('d', 1));
    const decided = store.rejectedUpdates('d', ({ outbox }) => {
      return { rejected: null, ids: outbox.map(({ id }) => id), replica: 'forget' };
    });
    const after = await store.enqueue(entry('d', 2));
    await decided;
    expect(after).not.toBe(before);
    expect((await store.outbox()).map(({ id }) => id)).toEqual([after]);
  });

  test('a decision that fails changes nothing', async () => {
    const store = await open();
    const id = await store.enqueue(entry('d', 1));
    const failing = store.rejectedUpdates('d', () => {
      throw new Error('undecided');
    });
    await expect(failing).rejects.toThrow('undecided');
    expect((await store.outbox()).map((waiting) => waiting.id)).toEqual([id]);
  });

  test('what is recovered is in the outbox once, however often and by how many', async () => {
    const store = await open();
    const there = await store.enqueue(entry('d', 1));
    const entries = [entry('d', 1), entry('d', 2), entry('other', 1), entry('d', 2)];
    await Promise.all([store.recover(entries), store.recover(entries)]);
    await store.recover(entries);
    const outbox = await store.outbox();
    expect(outbox.map(({ document, update }) => [document, ...update])).toEqual([
      ['d', 1],
      ['d', 2],
      ['other', 1],
    ]);
    expect(outbox[0]).toEqual({ ...entry('d', 1), id: there });
  });

  test('P4: what is set aside can leave a newer copy as it is', async () => {
    const store = await open();
    const position = { epoch: 'two', timeline: 't1', offset: 1 };
    await store.advance('d', {
      updates: [bytes(1)],
      confirmed: [],
      since: null,
      position,
      facts: null,
    });
    const id = await store.enqueue(entry('d', 2));
    const error = errorOf('epoch-changed');
    const rejected = { document: 'd', title: '', replica: bytes(2), error, at: 5 };
    await store.rejectedUpdates('d', () => ({ rejected, ids: [id], replica: 'keep' }));
    expect(await store.load('d')).toMatchObject({ position, updates: [bytes(1)], outbox: [] });
  });

  test('P4: nothing is written on top of a copy that another tab has thrown away', async () => {
    const store = await open();
    const at = (offset: number) => ({ epoch: 'one', timeline: 't1', offset });
    const first = { updates: [bytes(1)], confirmed: [], since: null, position: at(5), facts: null };
    await store.advance('d', first);
    const id = await store.enqueue(entry('d', 7));
    await store.rejectedUpdates('d', () => ({ rejected: null, ids: [], replica: 'forget' }));
    const next = { updates: [bytes(2)], confirmed: [id], since: at(5), position: at(6) };
    await store.advance('d', { ...next, facts: null });
    expect(await store.load('d')).toMatchObject({ position: null, updates: [], outbox: [] });
  });

  test('copies are listed with their last use, and evicted unless there is unconfirmed work', async () => {
    const store = await open();
    const position = { epoch: 'one', timeline: 't1', offset: 1 };
    const copy = { updates: [bytes(1)], confirmed: [], since: null, position, facts: null };
    const facts = { kind: 'page', title: 'Plan' } as const;
    for (const document of ['a', 'b']) await store.advance(document, { ...copy, facts });
    await store.advance('c', copy);
    await store.touch('b', 7);
    await store.touch('never opened', 8);
    await store.advance('b', { ...copy, since: position });
    await store.advance('c', { ...copy, since: position, at: 9 });
    await store.enqueue(entry('c', 3));
    const listed = (await store.copies()).toSorted((one, other) =>
      one.document.localeCompare(other.document),
    );
    expect(listed).toEqual([
      { document: 'a', timeline: 't1', title: 'Plan', usedAt: 0 },
      { document: 'b', timeline: 't1', title: 'Plan', usedAt: 7 },
      { document: 'c', timeline: 't1', title: '', usedAt: 9 },
    ]);
    await store.evict(['a', 'c', 'never opened']);
    expect((await store.load('a')).updates).toEqual([]);
    expect((await store.load('a')).position).toBeNull();
    expect((await store.load('b')).updates).toHaveLength(2);
    expect((await store.load('c')).updates).toHaveLength(2);
  });
}
