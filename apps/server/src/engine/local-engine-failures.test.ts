import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../storage/storage-error.ts';
import { COMMIT_RETRY_FIRST_MS, DAMAGED_MS, MAX_QUEUE_BYTES, SWEEP_INTERVAL_MS } from './limits.ts';
import { EngineBench, fullDisk, textOf, Writer } from './testing/engine-bench.ts';

describe('a journal that fails', () => {
  async function writing() {
    const bench = new EngineBench();
    for (const document of ['a', 'b']) await bench.create(document);
    await bench.open('a', 1);
    await bench.open('b', 2);
    return { bench, a: new Writer('a', 1), b: new Writer('b', 2) };
  }

  test('keeps what is queued, says so once, tries again, and acknowledges when it succeeds', async () => {
    const { bench, a } = await writing();
    bench.journal.failAppend = () => fullDisk;
    bench.append(a.write('one '));
    await bench.settle();
    bench.append(a.write('two '));
    await bench.advance(3 * COMMIT_RETRY_FIRST_MS);
    expect(bench.notices.filter((notice) => notice.kind === 'stalled')).toHaveLength(1);
    expect(bench.engine.stats().shards).toMatchObject([{ state: 'stalled' }]);
    expect(bench.acknowledged(1)).toBe(0);
    bench.journal.failAppend = null;
    await bench.advance(60_000);
    expect(bench.acknowledged(1)).toBe(2);
    expect(bench.notices.filter((notice) => notice.kind === 'resumed')).toHaveLength(1);
    expect(textOf(await bench.open('a', 9))).toBe('one two ');
  });

  test('pauses twice as long after each failure', async () => {
    const { bench, a } = await writing();
    const times: number[] = [];
    bench.journal.failAppend = () => {
      times.push(bench.clock.now());
      return fullDisk;
    };
    bench.append(a.write('x'));
    await bench.advance(20_000);
    expect(times.slice(1).map((time, i) => time - times[i]!)).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
  });

  test('too much in the queue stops the reading until it is drained', async () => {
    const { bench, a } = await writing();
    bench.journal.failAppend = () => fullDisk;
    const half = 'x'.repeat(MAX_QUEUE_BYTES / 2);
    bench.append(a.write(half));
    expect(bench.engine.isFull('a')).toBe(false);
    await bench.settle();
    bench.append(a.write(half));
    expect(bench.engine.isFull('a')).toBe(true);
    await bench.settle();
    expect(bench.engine.isFull('a')).toBe(true);
    bench.journal.failAppend = null;
    await bench.advance(10_000);
    expect(bench.engine.isFull('a')).toBe(false);
    expect(bench.notices.filter((notice) => notice.kind === 'drained')).toHaveLength(1);
    expect(bench.acknowledged(1)).toBe(2);
  });

  test('because of one document loses that one, and the others go on', async () => {
    const { bench, a, b } = await writing();
    bench.journal.failAppend = (documents) =>
      documents.includes('a') ? new DatabaseError('failed', 'constraint failed') : null;
    bench.append(a.write('x'));
    bench.append(b.write('y'));
    await bench.settle();
    expect(bench.events('lost', 'a')).toHaveLength(1);
    expect(bench.events('lost', 'b')).toEqual([]);
    expect(bench.acknowledged(1)).toBe(0);
    expect(bench.acknowledged(2)).toBe(1);
  });

  test('because somebody else has written loses the document; opened anew, it has both', async () => {
    const { bench, a } = await writing();
    const other = new Writer('a', 7).write('other ');
    const epoch = (await bench.journal.load('a'))!.epoch;
    const row = { offset: 1, update: other.update, user: 'bob', subscription: 7, cseq: 1, at: 0 };
    await bench.journal.append([
      { document: 'a', epoch, base: 0, rows: [row], owners: new Map(), bytes: 1 },
    ]);
    const mine = a.write('mine ');
    bench.append(mine);
    await bench.settle();
    expect(bench.events('lost', 'a')).toHaveLength(1);
    expect(bench.acknowledged(1)).toBe(0);
    expect(textOf(await bench.open('a', 3))).toBe('other ');
    bench.append({ ...mine, subscription: 3 });
    await bench.settle();
    expect(bench.acknowledged(3)).toBe(1);
    const text = textOf(await bench.open('a', 4));
    expect(text.split(' ').toSorted()).toEqual(['', 'mine', 'other']);
  });

  test('does not take a creation for done', async () => {
    const bench = new EngineBench();
    bench.journal.create = () => Promise.reject(fullDisk);
    const creation = bench.engine.create({ document: 'a', kind: 'data', user: 'ada' });
    const failure = expect(creation).rejects.toMatchObject({
      name: 'EngineError',
      body: { code: 'storage-failed' },
    });
    await bench.settle();
    await failure;
  });
});

describe('a damaged document', () => {
  async function damaged() {
    const bench = new EngineBench();
    await bench.create('good');
    const seed = { update: Uint8Array.of(1, 1, 1, 0, 0), user: 'ada', at: 0, owners: new Map() };
    await bench.journal.create({ document: 'bad', epoch: 'life', kind: 'data', seed });
    return bench;
  }

  test('is refused with its reason, is never written, and hurts no other', async () => {
    const bench = await damaged();
    const before = await bench.journal.load('bad');
    expect(await bench.open('bad', 1)).toMatchObject({
      kind: 'refused',
      error: { code: 'document-damaged' },
    });
    bench.append(new Writer('bad', 1).write('over it'));
    expect(await bench.open('good', 2)).toMatchObject({ kind: 'opened' });
    bench.append(new Writer('good', 2).write('fine'));
    await bench.settle();
    expect(bench.acknowledged(2)).toBe(1);
    expect(bench.journal.appends).toEqual([['good']]);
    expect(await bench.journal.load('bad')).toEqual(before);
    expect(await bench.result(bench.engine.view('bad'))).toBeNull();
  });

  test('is not read again for each opener, and is when it may have been repaired', async () => {
    const bench = await damaged();
    for (const subscription of [1, 2, 3]) await bench.open('bad', subscription);
    expect(bench.journal.loads).toEqual(['bad']);
    await bench.advance(DAMAGED_MS + SWEEP_INTERVAL_MS);
    await bench.open('bad', 4);
    expect(bench.journal.loads).toEqual(['bad', 'bad']);
  });
});

test('closing the engine while the disk fails tries once more, and does not wait for ever', async () => {
  for (const [isRepaired, rows] of [
    [true, 1],
    [false, 0],
  ] as const) {
    const bench = new EngineBench();
    await bench.create('a');
    await bench.open('a', 1);
    bench.journal.failAppend = () => fullDisk;
    bench.append(new Writer('a', 1).write('last words'));
    await bench.settle();
    if (isRepaired) bench.journal.failAppend = null;
    await bench.result(Promise.resolve(bench.engine[Symbol.asyncDispose]()));
    expect(bench.clock.pending).toBe(0);
    expect((await bench.journal.load('a'))!.rows).toHaveLength(rows);
  }
});
