/** The runs whose figures are in `beyond-one-region.md`, and their table. */
import { simulateFanOut, type Fault, type FanOut } from './fan-out-tree.ts';

/** Readers by region, and one way to each from the first; assumed. */
const REGIONS = [
  { share: 0.4, latencyMs: 0.3 },
  { share: 0.3, latencyMs: 40 },
  { share: 0.2, latencyMs: 80 },
  { share: 0.1, latencyMs: 120 },
];

const TYPICAL: Omit<FanOut, 'readers' | 'degree' | 'fault'> = {
  readersPerNode: 2_500,
  regions: REGIONS,
  framesPerSecond: 20,
  frameBytes: 1_000,
  seconds: 10,
  // Measured: a thousand readers of one room, and the write to one socket.
  readerMs: 0.013,
  nodeMs: 0.0115,
  // Assumed.
  localMs: 0.3,
  jitterMs: 0.2,
};

const NONE: Fault = { kind: 'none' };
/** A bus that hears nothing for a second is down: BU6. */
const RELAY_LOST: Fault = { kind: 'relay-lost', atMs: 5_000, noticedAfterMs: 1_000 };
/** Rows that leave a gap are held for 30 ms: CL12. The rest is assumed. */
const SLOW = { kind: 'slow-links', addedMs: 150, loss: 0.02, heldMs: 30 } as const;
const SLOW_NODES: Fault = { ...SLOW, to: { every: 100 } };
const SLOW_RELAY: Fault = { ...SLOW, to: 'relay' };

const RUNS: readonly (Pick<FanOut, 'readers' | 'degree' | 'fault'> & Partial<FanOut>)[] = [
  { readers: 100_000, degree: Infinity, fault: NONE },
  { readers: 100_000, degree: 8, fault: NONE },
  { readers: 1_000_000, degree: Infinity, fault: NONE },
  { readers: 1_000_000, degree: 8, fault: NONE },
  { readers: 1_000_000, degree: 32, fault: NONE },
  { readers: 1_000_000, degree: 32, fault: RELAY_LOST },
  { readers: 1_000_000, degree: Infinity, fault: SLOW_NODES },
  { readers: 1_000_000, degree: 32, fault: SLOW_NODES },
  { readers: 1_000_000, degree: 32, fault: SLOW_RELAY },
  { readers: 1_000_000, degree: 32, fault: NONE, readersPerNode: 3_500 },
  { readers: 10_000_000, degree: Infinity, fault: NONE },
  { readers: 10_000_000, degree: 64, fault: NONE },
  { readers: 10_000_000, degree: 64, fault: RELAY_LOST },
];

const HEADER = [
  'readers',
  'degree',
  'fault',
  'nodes with readers + others',
  'hops',
  'p50 / p99 / max ms',
  'core, readers’ node',
  'core, busiest other',
  'MB/s, readers’ node',
  'MB/s, busiest other',
  'KB/s between regions',
  'frames/s between nodes',
  'repairs',
];

/** @param createRandom gives each run the same numbers, so that runs compare. */
export function fanOutTable(createRandom: () => () => number): string {
  const rows = RUNS.map((run) => {
    const options = { ...TYPICAL, ...run };
    const result = simulateFanOut(options, createRandom());
    if (result.delivered !== 1) throw new Error('a node lacks frames');
    const { nodes, hops, latencyMs, load, bytes } = result;
    return [
      thousands(options.readers),
      options.degree === Infinity ? 'all' : `${options.degree}`,
      describe(options),
      `${thousands(nodes.edges)} + ${thousands(nodes.inner)}`,
      `${hops}`,
      [latencyMs.p50, latencyMs.p99, latencyMs.max].map((ms) => thousands(ms)).join(' / '),
      `${Math.round(100 * load.edge)} %`,
      `${(100 * load.inner).toFixed(1)} %`,
      (bytes.edge / 1e6).toFixed(1),
      (bytes.busiestInner / 1e6).toFixed(2),
      thousands(bytes.regions / 1e3),
      thousands(result.framesBetweenNodes),
      thousands(result.repairs),
    ];
  });
  const rule = HEADER.map((_, at) => (at === 2 ? '---' : '---:'));
  return [HEADER, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function describe({ fault, readersPerNode }: FanOut): string {
  if (fault.kind === 'relay-lost') return 'a relay dies';
  if (fault.kind === 'slow-links')
    return fault.to === 'relay' ? 'slow way to a relay' : 'slow way to 1 % of the nodes';
  return readersPerNode === TYPICAL.readersPerNode
    ? 'none'
    : `${thousands(readersPerNode)} readers a node`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}
