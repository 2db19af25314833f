import { ManualClock } from '@tandem/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { LOG } from '../storage/limits.ts';
import { LogFollower } from './log-follower.ts';
import { FakeLog } from './testing/fake-log.ts';

const NODE = 'this-node';

async function fixture() {
  const log = new FakeLog();
  const clock = new ManualClock();
  const handed: number[] = [];
  let missed = 0;
  let parted = 0;
  let faults = 0;
  const follower = new LogFollower({
    log,
    node: NODE,
    clock,
    onEntry: ({ number }) => handed.push(number),
    onMissed: () => missed++,
    onParted: async () => {
      parted++;
      if (log.partingFails) throw new Error('no answer');
    },
    onFault: () => faults++,
  });
  onTestFinished(() => follower[Symbol.dispose]());
  const pass = async (ms: number) => {
    clock.advance(ms);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return { log, follower, handed, pass, counts: () => ({ missed, parted, faults }) };
}

test('hands out what other nodes commit after its start, once and in order', async () => {
  const { log, follower, handed, pass } = await fixture();
  log.commit('other');
  await follower.start();
  log.commit('other');
  log.commit('third');
  await pass(LOG.intervalMs);
  log.commit('other');
  await pass(LOG.intervalMs);
  await pass(LOG.intervalMs);
  expect(handed).toEqual([2, 3, 4]);
});

test('an entry of this node is handled when it was committed, and not again', async () => {
  const { log, follower, handed, pass } = await fixture();
  await follower.start();
  follower.handled(log.commit(NODE));
  await pass(LOG.intervalMs);
  const late = log.commit(NODE);
  await pass(LOG.intervalMs);
  follower.handled(late);
  await pass(LOG.intervalMs);
  await pass(LOG.intervalMs);
  expect(handed).toEqual([]);
});

test('an entry of this node whose answer was lost is handed out like those of others', async () => {
  const { log, follower, handed, pass } = await fixture();
  await follower.start();
  log.commit(NODE);
  await pass(LOG.intervalMs);
  expect(handed).toEqual([]);
  await pass(LOG.intervalMs);
  await pass(LOG.intervalMs);
  expect(handed).toEqual([1]);
});

test('a node that is too far behind reads everything again', async () => {
  const { log, follower, handed, pass, counts } = await fixture();
  await follower.start();
  for (let i = 0; i < 5; i++) log.commit('other');
  log.deletedBelow = 3;
  await pass(LOG.intervalMs);
  expect([handed, counts().missed]).toEqual([[], 1]);
  log.commit('other');
  log.deletedBelow = 0;
  await pass(LOG.intervalMs);
  expect(handed).toEqual([6]);
});

test('reads on at once when there was more than one read takes', async () => {
  const { log, follower, handed, pass } = await fixture();
  await follower.start();
  for (let i = 0; i < LOG.maxEntries + 1; i++) log.commit('other');
  await pass(LOG.intervalMs);
  expect(handed).toHaveLength(LOG.maxEntries + 1);
});

test('knows how old its knowledge is: since the beginning of the last read that succeeded', async () => {
  const { log, follower, pass, counts } = await fixture();
  await follower.start();
  await pass(LOG.intervalMs);
  expect(follower.ageMs).toBe(0);
  log.fault = 'fails';
  await pass(LOG.intervalMs);
  await pass(LOG.intervalMs);
  expect(follower.ageMs).toBe(2 * LOG.intervalMs);
  expect(counts().faults).toBe(2);
  log.fault = 'hangs';
  await pass(LOG.intervalMs);
  await pass(500);
  log.release();
  await pass(0);
  expect(follower.ageMs).toBe(500);
});

test('a wake-up during a read leads to another read: the entry may be too new for the first', async () => {
  const { log, follower, handed, pass } = await fixture();
  await follower.start();
  log.fault = 'hangs';
  follower.wake();
  await pass(0);
  log.commit('other');
  follower.wake();
  await pass(0);
  log.release();
  await pass(0);
  await pass(0);
  expect(handed).toEqual([1]);
  expect(log.reads).toBe(2);
});

test('an entry that cannot be handled does not keep the next ones back', async () => {
  const { log, follower, pass, counts, handed } = await fixture();
  await follower.start();
  handed.push = () => {
    throw new Error('a bug');
  };
  log.commit('other');
  log.commit('other');
  await pass(LOG.intervalMs);
  expect(counts().faults).toBe(2);
});

test('a database that lost entries is noticed, and followed from where it is', async () => {
  const { log, follower, handed, pass, counts } = await fixture();
  for (let i = 0; i < 5; i++) log.commit('other');
  await follower.start();
  log.entries.length = 3;
  await pass(LOG.intervalMs);
  expect(counts()).toEqual({ missed: 1, parted: 1, faults: 0 });
  log.commit('other');
  await pass(LOG.intervalMs);
  expect(handed).toEqual([4]);
});

test('a database that went back is dealt with, however often that fails at first', async () => {
  const { log, follower, pass, counts } = await fixture();
  for (let i = 0; i < 5; i++) log.commit('other');
  await follower.start();
  log.entries.length = 3;
  log.partingFails = true;
  await pass(LOG.intervalMs);
  await pass(LOG.intervalMs);
  expect(counts()).toEqual({ missed: 0, parted: 2, faults: 2 });
  expect(follower.ageMs).toBe(2 * LOG.intervalMs);
  log.partingFails = false;
  await pass(LOG.intervalMs);
  expect(counts()).toMatchObject({ missed: 1, parted: 3 });
});
