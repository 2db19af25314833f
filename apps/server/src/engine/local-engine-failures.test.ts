import { describe, expect, test } from 'vitest';
import { StorageError } from '../storage/storage-error.ts';
import { COMMIT_RETRY } from '../storage/group-commit.ts';
import { IDLE, QUARANTINE, SHARD_QUEUE } from './limits.ts';
import { EngineFixture, fullDisk, textOf, Writer } from './testing/engine-fixture.ts';

describe('a failing journal', () => {
  async function writing() {
    const fixture = new EngineFixture();
    for (const document of ['a', 'b']) await fixture.create(document);
    await fixture.open('a', 1);
    await fixture.open('b', 2);
    return { fixture, a: new Writer('a', 1), b: new Writer('b', 2) };
  }

  test('keeps queued updates, reports the stall once, retries, and acknowledges on success', async () => {
    const { fixture, a } = await writing();
    fixture.journal.failAppend = () => fullDisk;
    fixture.append(a.write('one '));
    await fixture.settle();
    fixture.append(a.write('two '));
    await fixture.advance(3 * COMMIT_RETRY.baseMs);
    expect(fixture.notices.filter((notice) => notice.kind === 'stalled')).toHaveLength(1);
    expect(fixture.engine.stats().shards).toMatchObject([{ state: 'stalled' }]);
    expect(fixture.acknowledged(1)).toBe(0);
    fixture.journal.failAppend = null;
    await fixture.advance(60_000);
    expect(fixture.acknowledged(1)).toBe(2);
    expect(fixture.notices.filter((notice) => notice.kind === 'resumed')).toHaveLength(1);
    expect(textOf(await fixture.open('a', 9))).toBe('one two ');
  });

  test('pauses twice as long after each failure', async () => {
    const { fixture, a } = await writing();
    const times: number[] = [];
    fixture.journal.failAppend = () => {
      times.push(fixture.clock.now());
      return fullDisk;
    };
    fixture.append(a.write('x'));
    await fixture.advance(6_000);
    expect(times.slice(1).map((time, i) => time - times[i]!)).toEqual([
      100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000,
    ]);
  });

  test('a full queue stops reading until it is drained', async () => {
    const { fixture, a } = await writing();
    fixture.journal.failAppend = () => fullDisk;
    const half = 'x'.repeat(SHARD_QUEUE.maxBytes / 2);
    fixture.append(a.write(half));
    expect(fixture.engine.isFull('a')).toBe(false);
    await fixture.settle();
    fixture.append(a.write(half));
    expect(fixture.engine.isFull('a')).toBe(true);
    await fixture.settle();
    expect(fixture.engine.isFull('a')).toBe(true);
    fixture.journal.failAppend = null;
    await fixture.advance(10_000);
    expect(fixture.engine.isFull('a')).toBe(false);
    expect(fixture.notices.filter((notice) => notice.kind === 'drained')).toHaveLength(1);
    expect(fixture.acknowledged(1)).toBe(2);
  });

  test('drops the document that causes the failure, and the others continue', async () => {
    const { fixture, a, b } = await writing();
    fixture.journal.failAppend = (documents) =>
      documents.includes('a')
        ? new StorageError({ message: 'constraint failed', retryable: false, damaged: false })
        : null;
    fixture.append(a.write('x'));
    fixture.append(b.write('y'));
    await fixture.settle();
    expect(fixture.events('lost', 'a')).toHaveLength(1);
    expect(fixture.events('lost', 'b')).toEqual([]);
    expect(fixture.acknowledged(1)).toBe(0);
    expect(fixture.acknowledged(2)).toBe(1);
  });

  test('CL2 drops a document that another writer changed beyond what the journal tells; opened again, it has both writes', async () => {
    const { fixture, a } = await writing();
    fixture.journal.readLater = async () => null;
    const other = new Writer('a', 7).write('other ');
    const epoch = (await fixture.journal.load('a'))!.epoch;
    const row = { offset: 1, update: other.update, user: 'bob', subscription: 7, cseq: 1, at: 0 };
    await fixture.journal.append([
      {
        document: 'a',
        epoch,
        id: 'other',
        base: 0,
        tail: null,
        rows: [row],
        owners: new Map(),
        bytes: 1,
      },
    ]);
    const mine = a.write('mine ');
    fixture.append(mine);
    await fixture.settle();
    expect(fixture.events('lost', 'a')).toHaveLength(1);
    expect(fixture.acknowledged(1)).toBe(0);
    expect(textOf(await fixture.open('a', 3))).toBe('other ');
    fixture.append({ ...mine, subscription: 3 });
    await fixture.settle();
    expect(fixture.acknowledged(3)).toBe(1);
    const text = textOf(await fixture.open('a', 4));
    expect(text.split(' ').toSorted()).toEqual(['', 'mine', 'other']);
  });

  test('does not report a failed creation as done', async () => {
    const fixture = new EngineFixture();
    fixture.journal.create = () => Promise.reject(fullDisk);
    const creation = fixture.engine.create({ document: 'a', kind: 'data', user: 'ada' });
    const failure = expect(creation).rejects.toMatchObject({
      name: 'EngineError',
      body: { code: 'storage-failed' },
    });
    await fixture.settle();
    await failure;
  });
});

describe('a damaged document', () => {
  async function damaged() {
    const fixture = new EngineFixture();
    await fixture.create('good');
    const seed = { update: Uint8Array.of(1, 1, 1, 0, 0), user: 'ada', at: 0, owners: new Map() };
    await fixture.journal.create({ document: 'bad', epoch: 'life', kind: 'data', seed });
    return fixture;
  }

  test('is refused with its reason, is never written, and affects no other', async () => {
    const fixture = await damaged();
    const before = await fixture.journal.load('bad');
    expect(await fixture.open('bad', 1)).toMatchObject({
      kind: 'refused',
      error: { code: 'document-damaged' },
    });
    fixture.append(new Writer('bad', 1).write('over it'));
    expect(await fixture.open('good', 2)).toMatchObject({ kind: 'opened' });
    fixture.append(new Writer('good', 2).write('fine'));
    await fixture.settle();
    expect(fixture.acknowledged(2)).toBe(1);
    expect(fixture.journal.appends).toEqual([['good']]);
    expect(await fixture.journal.load('bad')).toEqual(before);
    expect(await fixture.result(fixture.engine.view('bad'))).toBeNull();
  });

  test('is not loaded for each opener, but again after a while', async () => {
    const fixture = await damaged();
    for (const subscription of [1, 2, 3]) await fixture.open('bad', subscription);
    expect(fixture.journal.loads).toEqual(['bad']);
    await fixture.advance(QUARANTINE.damagedMs + IDLE.sweepIntervalMs);
    await fixture.open('bad', 4);
    expect(fixture.journal.loads).toEqual(['bad', 'bad']);
  });
});

test('closing the engine while storage fails tries once more and does not wait forever', async () => {
  for (const [isRepaired, rows] of [
    [true, 1],
    [false, 0],
  ] as const) {
    const fixture = new EngineFixture();
    await fixture.create('a');
    await fixture.open('a', 1);
    fixture.journal.failAppend = () => fullDisk;
    fixture.append(new Writer('a', 1).write('last update'));
    await fixture.settle();
    if (isRepaired) fixture.journal.failAppend = null;
    await fixture.result(Promise.resolve(fixture.engine[Symbol.asyncDispose]()));
    expect(fixture.clock.pending).toBe(0);
    expect((await fixture.journal.load('a'))!.rows).toHaveLength(rows);
  }
});
