import { expect, test } from 'vitest';
import { applyUpdate, encodeStateVector } from 'yjs';
import { engines } from './testing/engine-pair.ts';
import { EngineFixture, textOf, Writer } from './testing/engine-fixture.ts';

test('CL11 a client that is ahead gets its answer after the document has followed', async () => {
  const { first, second, settle, ann } = await engines();
  first.append(ann.write('a'));
  await settle();
  const answer = await first.open('a', 2);
  if (answer?.kind !== 'opened') throw new Error('not opened');
  const { epoch, timeline, offset, stateVector } = answer;
  const position = { epoch, timeline, offset };
  expect(await second.open('a', 7, { position, stateVector })).toMatchObject({
    isParted: false,
    base: 1,
    offset: 1,
  });
  expect(await second.open('a', 8, { position: { ...position, offset: 9 } })).toMatchObject({
    isParted: true,
    offset: 1,
  });
  expect(await second.open('a', 9, { position: { ...position, epoch: 'no' } })).toMatchObject({
    kind: 'refused',
    error: { code: 'epoch-changed' },
  });
});

test('CL11 a client of another epoch costs nobody the document, also before its first batch', async () => {
  const { first } = await engines();
  const position = { epoch: 'no', timeline: 'memory', offset: 1 };
  expect(await first.open('a', 9, { position })).toMatchObject({
    kind: 'refused',
    error: { code: 'epoch-changed' },
  });
  expect(first.events('lost', 'a')).toEqual([]);
  const third = new EngineFixture(first);
  expect(await third.open('a', 9, { position })).toMatchObject({ kind: 'refused' });
  expect(third.journal.loads.filter((document) => document === 'a')).toHaveLength(3);
});

test('CL11 a client that leaves before the answer gets none', async () => {
  const { second, first, settle, ann } = await engines();
  first.append(ann.write('a'));
  await settle();
  const epoch = (await first.journal.load('a'))!.epoch;
  const position = { epoch, timeline: 'memory', offset: 1 };
  second.engine.request({ kind: 'open', document: 'a', subscription: 7, user: 'ada', position });
  second.engine.request({ kind: 'close', document: 'a', subscription: 7 });
  await settle();
  expect(second.answer(7)).toBeUndefined();
});

test('CL11 a client without a position is ahead when it has structs that the document lacks', async () => {
  const { first, second, settle, ann } = await engines();
  first.append(ann.write('ann'));
  await settle();
  const stateVector = encodeStateVector(ann.doc);
  expect(await second.open('a', 7, { stateVector })).toMatchObject({ offset: 1, stateVector });
});

test('CL14 an update that lacks content of another process waits for it, and later ones wait too', async () => {
  const { first, second, settle, ann, bob } = await engines();
  const row = ann.write('ann ');
  first.append(row);
  await settle();
  await second.open('a', 2);
  applyUpdate(bob.doc, row.update);
  second.append(bob.write('bob '));
  second.append(bob.write('again'));
  second.append(new Writer('a', 2).write('other '));
  await settle();
  expect(second.events('missing', 'a')).toEqual([]);
  expect([second.acknowledged(1), second.acknowledged(2)]).toEqual([2, 1]);
  expect(textOf(await second.open('a', 9))).toContain('ann bob again');
  second.append({ ...new Writer('a', 1).write('lost'), cseq: 3, update: lacking() });
  second.append({ ...bob.write('!'), cseq: 4 });
  second.engine.request({ kind: 'close', document: 'a', subscription: 1 });
  await settle();
  expect(second.events('missing', 'a')).toEqual([]);
});

function lacking(): Uint8Array {
  const writer = new Writer('a', 1);
  writer.write('never sent');
  return writer.write('lacks it').update;
}

test('CL14 an update that waits counts as queued, and is dropped with its document', async () => {
  const { second, settle } = await engines();
  let answer: (later: null) => void = () => {};
  second.journal.readLater = () => new Promise((resolve) => (answer = resolve));
  const update = lacking();
  second.append({ document: 'a', subscription: 1, cseq: 1, update });
  await settle();
  const queued = () => second.engine.stats().shards[0]?.queuedBytes;
  expect(queued()).toBe(update.byteLength);
  answer(null);
  await settle();
  expect([second.events('lost', 'a').length, queued()]).toEqual([1, 0]);
  await second.open('a', 2);
  await settle();
  expect([second.events('missing', 'a'), queued()]).toEqual([[], 0]);
});
