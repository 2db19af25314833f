import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openMemory } from '../bus/testing/memory-environment.ts';
import type { Effect } from '../commands/command-runner.ts';
import type { Engine } from '../engine/port.ts';
import { LOG } from '../storage/limits.ts';
import type { Database } from '../storage/tables.ts';
import { Cluster } from './cluster.ts';
import { DOCUMENT_HEADS, ROOM_EXCHANGE } from './limits.ts';
import { encodeMessage } from './node-message.ts';
import { FakeLog } from './testing/fake-log.ts';

/** A node that has read the log of commits just now. */
async function fixture(carriesTopics = true) {
  const { clock, createBus, stop } = openMemory(carriesTopics);
  const log = new FakeLog();
  const calls: string[] = [];
  const headReads: number[] = [];
  const bus = createBus({ node: 'this-node', boot: 'boot-1' });
  const nobody = { max: 1, of: () => 0, keys: () => [] };
  const nothing = { [Symbol.asyncDispose]: async () => {} };
  const engine: Pick<Engine, 'follow' | 'reload'> = {
    follow: () => {},
    reload: (document) => void calls.push(`reload ${document}`),
  };
  const cluster = new Cluster({
    node: 'this-node',
    log,
    heads: {
      ...nothing,
      read: async () => {
        headReads.push(clock.monotonicMs());
        return [];
      },
    },
    tryCountGuest: async () => true,
    relay: { ...nothing, query: async () => ({ rows: [] }) },
    beginTimeline: async (_db, { restoredAfter }) =>
      void calls.push(`timeline ${restoredAfter === null ? 'of another server' : 'of a restore'}`),
    bus,
    engine: engine as Engine,
    openDocuments: () => ['d1', 'd2'],
    findRoom: () => undefined,
    presentHere: () => [],
    onPresent: () => {},
    setChatTypingOf: () => {},
    limits: { counts: { user: nobody, address: nobody }, rates: {} },
    clock,
    serverLog: pino({ enabled: false }),
    onCommitted: (_channels, effects) => void calls.push(...effects.map(({ kind }) => kind)),
    onMissed: () => void calls.push('missed'),
    onUnknown: (part) => void calls.push(`unknown ${part}`),
    db: {} as Database,
    onCutOff: () => void calls.push('cut off'),
  });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const started = cluster.start();
  await clock.advanceAsync(1);
  await started;
  const pass = (ms: number) => clock.advanceAsync(ms);
  // The second read, which has just begun.
  await pass(LOG.intervalMs - 1);
  /** A read that sees what was committed, and is answered so late that output was held meanwhile. */
  const readLate = async () => {
    log.fault = 'hangs';
    await pass(LOG.intervalMs + LOG.holdAfterMs);
    expect(cluster.isHeld).toBe(true);
    log.release();
    await pass(1);
  };
  return { cluster, clock, log, calls, headReads, createBus, stopBus: stop, pass, readLate };
}

const ACCESS: Effect = { kind: 'access-changed', document: 'd1' };
const SESSION: Effect = { kind: 'session-ended', user: 'ada', session: 's1' };
const TITLE: Effect = { kind: 'renamed', document: 'd1', title: 'Tides' };

test('holds back output when the last read of the log began too long ago', async () => {
  const { cluster, log, calls, pass } = await fixture();
  log.fault = 'fails';
  await pass(LOG.holdAfterMs);
  expect(cluster.isHeld).toBe(false);
  await pass(1);
  expect(cluster.isHeld).toBe(true);
  log.fault = 'none';
  await pass(LOG.intervalMs);
  expect(cluster.isHeld).toBe(false);
  expect(calls).toEqual([]);
});

test('says what it depends on, and since when that does not answer', async () => {
  const { cluster, clock, log, pass, stopBus } = await fixture();
  await pass(2_000);
  const { brokers, ...stats } = cluster.stats;
  expect(stats).toMatchObject({ nodes: 1, isHeld: false, isFallingBack: false });
  expect(stats.logAgeMs).toBeLessThanOrEqual(LOG.intervalMs);
  expect(brokers).toMatchObject([{ name: 'memory', isUp: true }]);
  log.fault = 'fails';
  const stoppedAt = clock.now();
  await stopBus();
  await pass(LOG.holdAfterMs + 1);
  expect(cluster.stats).toMatchObject({
    isHeld: true,
    brokers: [{ isUp: false, since: stoppedAt }],
  });
  expect(cluster.stats.logAgeMs).toBeGreaterThan(LOG.holdAfterMs);
});

test('a bus over the database alone does not fall back', async () => {
  const { cluster, pass } = await fixture(false);
  await pass(2_000);
  expect(cluster.stats).toMatchObject({ isFallingBack: false, brokers: [{ isUp: true }] });
});

test.each([
  ['the end of a role', [ACCESS], ['cut off', 'access-changed']],
  ['the end of a session', [TITLE, SESSION], ['cut off', 'renamed', 'session-ended']],
  ['another commit', [TITLE], ['renamed']],
] as const)('after a read that was too late, %s', async (_, effects, expected) => {
  const { log, calls, readLate } = await fixture();
  log.commit('other', effects);
  await readLate();
  expect(calls).toEqual(expected);
});

test('the end of a role that was read in time sends nobody away', async () => {
  const { log, calls, pass } = await fixture();
  log.commit('other', [ACCESS]);
  await pass(LOG.intervalMs);
  expect(calls).toEqual(['access-changed']);
});

test('sends everyone away when a read that was too late has missed entries', async () => {
  const { log, calls, readLate } = await fixture();
  log.commit('other');
  log.deletedBelow = 1;
  await readLate();
  expect(calls).toEqual(['cut off', 'missed']);
});

test('sends everyone away once, when the log could not be read for long', async () => {
  const { log, calls, pass } = await fixture();
  for (const times of [1, 2]) {
    log.fault = 'fails';
    await pass(LOG.leaveAfterMs - LOG.intervalMs);
    expect(calls).toHaveLength(times - 1);
    await pass(10 * LOG.intervalMs);
    expect(calls).toHaveLength(times);
    log.fault = 'none';
    await pass(2 * LOG.intervalMs);
  }
  expect(new Set(calls)).toEqual(new Set(['cut off']));
});

test('begins a timeline and reloads the open documents when the database went back', async () => {
  const { log, calls, pass } = await fixture();
  log.commit('other');
  await pass(LOG.intervalMs);
  log.entries.length = 0;
  await pass(LOG.intervalMs);
  expect(calls).toEqual(['timeline of a restore', 'reload d1', 'reload d2', 'missed']);
});

test('UP8 effects that this version does not know are counted, and the others of their entry are applied', async () => {
  const { log, calls, pass } = await fixture();
  const later = { kind: 'chat-pinned', document: 'd1' };
  log.commit('other', [later, { ...TITLE, by: 'ada' }, { kind: 'renamed' }, 'text', ACCESS]);
  await pass(LOG.intervalMs);
  expect(calls).toEqual([...Array(3).fill('unknown effect'), 'renamed', 'access-changed']);
});

test('UP7 after a message between rooms that cannot be read, heads are read as without a bus', async () => {
  const { cluster, calls, headReads, createBus, pass } = await fixture();
  const newer = createBus({ node: 'newer', boot: 'boot-2' });
  onTestFinished(() => newer[Symbol.asyncDispose]());
  newer.start();
  cluster.rooms.onOpened('d1');
  await pass(5_000);
  const readsIn = async (ms: number) => {
    headReads.length = 0;
    await pass(ms);
    return headReads.length;
  };
  expect(await readsIn(5_000)).toBe(5_000 / DOCUMENT_HEADS.announcedIntervalMs);
  newer.publish('document/d1', encodeMessage({ kind: 'drawing' }));
  await pass(1_000);
  expect(calls).toEqual(['unknown message']);
  expect(await readsIn(5_000)).toBe(5_000 / DOCUMENT_HEADS.intervalMs);
  await pass(ROOM_EXCHANGE.unreadMemoryMs);
  expect(await readsIn(5_000)).toBe(5_000 / DOCUMENT_HEADS.announcedIntervalMs);
});
