import { MAX_HELD_MESSAGES } from '@tandem/sync';
import { expect, test } from 'vitest';
import { encodeStateAsUpdate } from 'yjs';
import { SHARD_QUEUE } from './limits.ts';
import { engines } from './testing/engine-pair.ts';
import { EngineFixture, fullDisk, textOf, Writer } from './testing/engine-fixture.ts';

const rowsSeen = (fixture: EngineFixture) =>
  fixture.events('committed', 'a').map(({ from, to, authors }) => [from, to, ...authors]);

test('CL2 a conflict is followed and appended again, and no client notices', async () => {
  const { first, second, settle, ann, bob } = await engines();
  first.append(ann.write('ann '));
  await settle();
  second.append(bob.write('bob '));
  await settle();
  expect(second.events('lost', 'a')).toEqual([]);
  expect(rowsSeen(second)).toEqual([
    [0, 1, 0],
    [1, 2, 1],
  ]);
  expect([second.acknowledged(1), second.journal.appends.length]).toEqual([1, 3]);
  expect(second.engine.stats().shards).toMatchObject([{ conflicts: 1, queuedBytes: 0 }]);
  expect(
    textOf(await second.open('a', 2))
      .split(' ')
      .toSorted(),
  ).toEqual(['', 'ann', 'bob']);
});

test('CL3 CL12 rows that another process tells are sent on without reading the journal', async () => {
  const { first, second, settle, told, ann, bob } = await engines();
  let reads = 0;
  const readLater = first.journal.readLater.bind(first.journal);
  first.journal.readLater = (...position) => (reads++, readLater(...position));
  for (const text of ['a', 'b', 'c']) {
    first.append(ann.write(text));
    await settle();
  }
  const [one, two, three] = told(first);
  for (const message of [two, one, three, two, one]) second.engine.follow(message!);
  await settle();
  expect(rowsSeen(second)).toEqual([
    [0, 1, 0],
    [1, 2, 0],
    [2, 3, 0],
  ]);
  second.append(bob.write('d'));
  await settle();
  expect([second.acknowledged(1), reads]).toEqual([1, 0]);
  expect(second.appended()).toMatchObject([
    {
      epoch: expect.any(String),
      later: { base: 3, previousTail: three!.kind === 'later' ? three!.later.tail : '' },
    },
  ]);
});

test('nothing is told when no other process appends', async () => {
  const fixture = new EngineFixture();
  await fixture.create('a');
  await fixture.open('a', 1);
  fixture.append(new Writer('a', 1).write('x'));
  await fixture.settle();
  expect(fixture.appended()).toEqual([]);
});

test('CL12 a gap is closed by the journal after 30 ms, and so is an announced head', async () => {
  const { first, second, settle, told, ann } = await engines();
  for (const text of ['a', 'b']) {
    first.append(ann.write(text));
    await settle();
  }
  const [, later] = told(first);
  let reads = 0;
  const readLater = second.journal.readLater.bind(second.journal);
  second.journal.readLater = (...position) => (reads++, readLater(...position));
  second.engine.follow(later!);
  await second.advance(29);
  expect(rowsSeen(second)).toEqual([]);
  await second.advance(1);
  expect(rowsSeen(second)).toEqual([[0, 2, 0, 0]]);
  first.append(ann.write('c'));
  await settle();
  second.engine.follow({ kind: 'moved', document: 'a', epoch: later!.epoch, head: 3 });
  await second.advance(30);
  expect(rowsSeen(second)).toEqual([
    [0, 2, 0, 0],
    [2, 3, 0],
  ]);
  await second.advance(1_000);
  expect(reads).toBe(2);
});

test('CL12 what is told while a document is loaded is not forgotten', async () => {
  const { first, settle, told, ann } = await engines();
  const third = new EngineFixture(first);
  first.append(ann.write('a'));
  await settle();
  const [later] = told(first);
  third.engine.follow(later!);
  const load = third.journal.load.bind(third.journal);
  third.journal.load = async (document) => {
    const stored = await load(document);
    return stored === null ? null : { ...stored, rows: [], tail: null };
  };
  third.engine.request({ kind: 'open', document: 'a', subscription: 5, user: 'ada' });
  third.engine.follow(later!);
  await third.settle();
  expect(third.answer(5)).toMatchObject({ offset: 0 });
  await third.advance(30);
  expect(rowsSeen(third)).toEqual([[0, 1, 0]]);
});

test('CL2 CL11 a document that the journal cannot continue is lost, and loaded for who waits', async () => {
  const { first, second, settle, ann } = await engines();
  for (const text of ['a', 'b']) {
    first.append(ann.write(text));
    await settle();
  }
  const { epoch } = (await first.journal.load('a'))!;
  await first.journal.compact({
    ...{ document: 'a', epoch, from: 0, to: 2 },
    chunks: [],
    snapshot: encodeStateAsUpdate(ann.doc),
  });
  const position = { epoch, timeline: 'memory', offset: 2 };
  second.engine.request({ kind: 'open', document: 'a', subscription: 7, user: 'ada', position });
  await settle();
  expect(second.events('lost', 'a')).toHaveLength(1);
  expect(second.answer(7)).toMatchObject({ kind: 'opened', isParted: false, offset: 2 });
});

test('CL2 a document of an epoch that is over is lost', async () => {
  const { first, second, settle } = await engines();
  await first.journal.delete('a', { maxHead: 0 });
  await first.journal.create({ document: 'a', epoch: 'second', kind: 'data' });
  second.engine.follow({ kind: 'moved', document: 'a', epoch: 'second', head: 1 });
  await settle();
  expect(second.events('lost', 'a')).toHaveLength(1);
});

test('CL5 rows of others wait while the outcome of a batch is unknown', async () => {
  const { first, second, settle, told, ann, bob } = await engines();
  second.journal.failAppend = () => fullDisk;
  second.append(bob.write('bob'));
  await second.settle();
  second.journal.failAppend = null;
  first.append(ann.write('ann'));
  await first.settle();
  second.engine.follow(told(first)[0]!);
  await second.settle();
  expect(rowsSeen(second)).toEqual([]);
  await second.advance(60_000);
  await settle();
  expect(rowsSeen(second)).toEqual([
    [0, 1, 0],
    [1, 2, 1],
  ]);
});

test('CL5 a batch that was written in spite of a failure is not written twice', async () => {
  const { first, second, settle, told, ann, bob } = await engines();
  const append = second.journal.append.bind(second.journal);
  second.journal.append = async (batches) => {
    second.journal.append = append;
    await append(batches);
    throw fullDisk;
  };
  second.append(bob.write('bob'));
  await second.settle();
  first.append(ann.write('ann'));
  await first.settle();
  second.engine.follow(told(first)[0]!);
  await second.advance(60_000);
  await settle();
  expect((await first.journal.load('a'))!.rows).toHaveLength(2);
  expect(rowsSeen(second)).toEqual([
    [0, 1, 1],
    [1, 2, 0],
  ]);
  expect(rowsSeen(first)).toEqual([
    [0, 1, 0],
    [1, 2, 1],
  ]);
  expect([first.acknowledged(1), second.acknowledged(1)]).toEqual([1, 1]);
});

test('CL12 the journal is read again when reading failed', async () => {
  const { first, second, settle, ann, bob } = await engines();
  first.append(ann.write('ann'));
  await settle();
  const readLater = second.journal.readLater.bind(second.journal);
  let failures = 3;
  second.journal.readLater = (...position) =>
    failures-- > 0 ? Promise.reject(fullDisk) : readLater(...position);
  second.append(bob.write('bob'));
  await second.settle();
  expect(second.acknowledged(1)).toBe(0);
  await second.advance(60_000);
  expect([second.acknowledged(1), second.events('lost', 'a').length]).toEqual([1, 0]);
});

test('CL13 a document that others hold pauses, while others are committed, and is then alone', async () => {
  const { first, ann } = await engines();
  await first.create('b');
  await first.open('b', 2);
  const other = new Writer('b', 2);
  const times: number[] = [];
  first.journal.prevent = (document) =>
    document === 'a' && times.push(first.clock.now()) <= 5 ? 'busy' : null;
  first.append(ann.write('a'));
  first.journal.appends.length = 0;
  for (let ms = 0; ms < 300; ms += 15) {
    first.append(other.write('b'));
    await first.advance(15);
  }
  expect(first.acknowledged(1)).toBe(1);
  expect(first.acknowledged(2)).toBe(20);
  const pauses = times.slice(1).map((time, i) => time - times[i]!);
  expect(pauses).toEqual([2.5, 5, 10, 20, 40]);
  const ofA = first.journal.appends.filter((documents) => documents.includes('a'));
  expect(ofA).toEqual([['a', 'b'], ['a'], ['a'], ['a'], ['a'], ['a']]);
});

test('CL13 after a second conflict in a row, a document pauses', async () => {
  const { first, ann } = await engines();
  const times: number[] = [];
  let conflicts = 4;
  first.journal.prevent = () => {
    times.push(first.clock.now());
    return conflicts-- > 0 ? 'conflict' : null;
  };
  first.journal.readLater = async (_, { offset, tail }) => ({
    base: offset,
    rows: [],
    owners: new Map(),
    tail: tail as string,
  });
  first.append(ann.write('a'));
  await first.advance(1_000);
  expect(first.acknowledged(1)).toBe(1);
  const pauses = times.slice(1).map((time, i) => time - times[i]!);
  expect(pauses).toEqual([0, 2.5, 5, 10]);
});

test('a full shard is told only that the head has moved', async () => {
  const { first, second, told, ann, bob } = await engines();
  first.append(ann.write('a'));
  await first.settle();
  second.journal.failAppend = () => fullDisk;
  second.append(bob.write('x'.repeat(SHARD_QUEUE.maxBytes)));
  second.engine.follow(told(first)[0]!);
  await second.settle();
  second.journal.failAppend = null;
  await second.advance(60_000);
  expect(rowsSeen(second)).toEqual([
    [0, 1, 0],
    [1, 2, 1],
  ]);
  expect(second.engine.isFull('a')).toBe(false);
});

test('CL2 what conflicts while the engine closes is followed and committed', async () => {
  const { first, second, ann, bob } = await engines();
  first.append(ann.write('ann'));
  await first.settle();
  second.append(bob.write('bob'));
  await second.result(Promise.resolve(second.engine[Symbol.asyncDispose]()));
  expect((await first.journal.load('a'))!.rows).toHaveLength(2);
  expect(second.acknowledged(1)).toBe(1);
});

test('closing ends although a document is held, and although appends conflict again and again', async () => {
  for (const outcome of ['busy', 'conflict'] as const) {
    const { first, ann } = await engines();
    first.journal.prevent = () => outcome;
    first.append(ann.write('ann'));
    await first.settle();
    await first.result(Promise.resolve(first.engine[Symbol.asyncDispose]()));
    expect(first.acknowledged(1)).toBe(0);
  }
});

test('CL2 ten engines that write at once all finish', async () => {
  const first = new EngineFixture(new EngineFixture());
  await first.create('a');
  const engines = [first, ...Array.from({ length: 9 }, () => new EngineFixture(first))];
  for (const engine of engines) await engine.open('a', 1);
  const writers = engines.map(() => new Writer('a', 1));
  for (let round = 0; round < 20; round++) {
    engines.forEach((engine, i) => engine.append(writers[i]!.write(`${i} `)));
    for (const engine of engines) await engine.advance(1);
  }
  for (let i = 0; i < 200; i++) for (const engine of engines) await engine.advance(1);
  expect(engines.map((engine) => engine.acknowledged(1))).toEqual(engines.map(() => 20));
  const texts = [];
  for (const engine of engines) {
    engine.engine.follow({ kind: 'moved', document: 'a', epoch: '', head: MAX_HELD_MESSAGES });
    await engine.advance(50);
    texts.push(textOf(await engine.open('a', 2)));
  }
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]!.split(' ')).toHaveLength(201);
});
