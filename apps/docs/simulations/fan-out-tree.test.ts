import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fanOutTable } from './fan-out-table.ts';
import { simulateFanOut, type FanOut, type Fault } from './fan-out-tree.ts';

const PAGE = join(import.meta.dirname, '../beyond-one-region.md');
const TABLE = /(?<=<!-- begin: written by the test -->\n\n)[^]*(?=\n\n<!-- end -->)/;
const TABLE_LIMIT_MS = 60_000;

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two regions, each with four nodes of ten readers; nothing takes time but what a test sets. */
const SMALL: FanOut = {
  readers: 80,
  readersPerNode: 10,
  regions: [
    { share: 0.5, latencyMs: 0 },
    { share: 0.5, latencyMs: 0 },
  ],
  degree: Infinity,
  framesPerSecond: 10,
  frameBytes: 100,
  seconds: 4,
  readerMs: 0,
  nodeMs: 0,
  localMs: 0,
  jitterMs: 0,
  fault: { kind: 'none' },
};
const run = (changes: Partial<FanOut>, seed = 1) =>
  simulateFanOut({ ...SMALL, ...changes }, createRandom(seed));

const RELAY_LOST: Fault = { kind: 'relay-lost', atMs: 2_050, noticedAfterMs: 1_000 };
const SLOW_RELAY: Fault = {
  kind: 'slow-links',
  to: 'relay',
  addedMs: 50,
  loss: 0.2,
  heldMs: 30,
};

test('a frame takes the ways to a node, and the time of those that it passes', () => {
  const regions = [
    { share: 0.5, latencyMs: 1 },
    { share: 0.5, latencyMs: 100 },
  ];
  expect(run({ regions, localMs: 2 }).latencyMs).toMatchObject({ p50: 3.1, max: 102.1 });
  // The fourth node of the second region gets it after two, and four others.
  expect(run({ nodeMs: 5 }).latencyMs.max).toBe((2 + 4) * 5 + 0.1);
  expect(run({ readerMs: 1 }).latencyMs).toMatchObject({ p50: 5.1, max: 10.1 });
});

test('readers of a node wait for each other, and for the frame before', () => {
  // Ten readers take 200 ms, and a frame comes each 100 ms.
  const { latencyMs, load } = run({ readerMs: 20, seconds: 1 });
  expect(load.edge).toBeCloseTo(2);
  expect(latencyMs.max).toBeCloseTo(9 * 100 + 200, 0);
});

test.each([
  [Infinity, { edges: 8, inner: 3 }, 2],
  [4, { edges: 8, inner: 3 }, 2],
  [2, { edges: 8, inner: 7 }, 3],
])('with degree %d, nodes send to as many', (degree, nodes, hops) => {
  const result = run({ degree });
  expect(result).toMatchObject({ nodes, hops, delivered: 1, repairs: 0 });
  expect(result.framesBetweenNodes).toBe((nodes.edges + nodes.inner - 1) * SMALL.framesPerSecond);
  // Ten readers, and ten frames a second; two regions.
  expect(result.bytes).toMatchObject({ edge: 10 * 10 * 100, regions: 2 * 10 * 100 });
  expect(result.bytes.busiestInner).toBe(Math.min(degree, 4) * 10 * 100);
});

test('nodes below a relay that dies wait until that is noticed, and get all that they missed', () => {
  const { latencyMs, delivered, repairs } = run({ degree: 2, fault: RELAY_LOST });
  expect(delivered).toBe(1);
  expect(repairs).toBe(2);
  // The first frame after its end is written 50 ms later.
  expect(latencyMs.max).toBeCloseTo(950, 0);
  expect(latencyMs.p50).toBe(0.1);
});

test('frames that are lost on a slow way are read again after the next one has come', () => {
  const { latencyMs, delivered, repairs } = run({ degree: 2, fault: SLOW_RELAY });
  expect(delivered).toBe(1);
  expect(repairs).toBeGreaterThan(0);
  // The next frame, the way, the wait, and there and back.
  expect(latencyMs.max).toBeGreaterThanOrEqual(100 + 50 + 30 + 50 + 50);
  expect(latencyMs.p50).toBe(0.1);
});

test.each([
  ['a relay dies', RELAY_LOST],
  ['a way is slow', SLOW_RELAY],
  ['ways to nodes are slow', { ...SLOW_RELAY, to: { every: 3 } }],
] as const)('every node gets every frame when %s, whatever the chance', (_, fault) => {
  for (let seed = 1; seed <= 200; seed++)
    expect(run({ degree: 2, jitterMs: 30, localMs: 5, nodeMs: 1, fault }, seed).delivered).toBe(1);
});

test('the same numbers give the same figures', () => {
  const jittered = { jitterMs: 10, degree: 2, fault: SLOW_RELAY };
  expect(run(jittered, 7)).toEqual(run(jittered, 7));
  expect(run(jittered, 7)).not.toEqual(run(jittered, 8));
});

/** `npx vitest run -u` writes the table. */
test(
  'the table of the page is what the program computes',
  async () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page).toMatch(TABLE);
    const table = fanOutTable(() => createRandom(1));
    await expect(page.replace(TABLE, table)).toMatchFileSnapshot(PAGE);
  },
  TABLE_LIMIT_MS,
);
