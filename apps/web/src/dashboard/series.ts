import type { DashboardSample } from '@tandem/protocol';

export type Unit = 'count' | 'per-second' | 'milliseconds' | 'bytes' | 'bytes-per-second';

export interface Line {
  readonly name: 'p50' | 'p95' | 'p99' | 'sent' | 'received' | 'live' | 'fallback' | 'rss' | 'heap';
  readonly of: (sample: DashboardSample) => number | null;
}

export interface ChartOf {
  readonly name:
    | 'connections'
    | 'messages'
    | 'acknowledgement'
    | 'commit'
    | 'loop'
    | 'memory'
    | 'bytes';
  readonly unit: Unit;
  readonly lines: readonly Line[];
}

export const CHARTS: readonly ChartOf[] = [
  {
    name: 'connections',
    unit: 'count',
    lines: [
      { name: 'live', of: ({ connections }) => connections.webSocket + connections.stock },
      { name: 'fallback', of: ({ connections }) => connections.stream + connections.longPoll },
    ],
  },
  {
    name: 'messages',
    unit: 'per-second',
    lines: [
      { name: 'sent', of: ({ deliveriesPerSecond }) => deliveriesPerSecond },
      { name: 'received', of: ({ messagesPerSecond }) => messagesPerSecond },
    ],
  },
  {
    name: 'acknowledgement',
    unit: 'milliseconds',
    lines: [
      { name: 'p50', of: ({ acknowledgement }) => acknowledgement?.p50 ?? null },
      { name: 'p95', of: ({ acknowledgement }) => acknowledgement?.p95 ?? null },
      { name: 'p99', of: ({ acknowledgement }) => acknowledgement?.p99 ?? null },
    ],
  },
  {
    name: 'commit',
    unit: 'milliseconds',
    lines: [
      { name: 'p50', of: ({ commit }) => commit?.p50 ?? null },
      { name: 'p99', of: ({ commit }) => commit?.p99 ?? null },
    ],
  },
  {
    name: 'loop',
    unit: 'milliseconds',
    lines: [{ name: 'p99', of: ({ loopDelayP99 }) => loopDelayP99 }],
  },
  {
    name: 'memory',
    unit: 'bytes',
    lines: [
      { name: 'rss', of: ({ memory }) => memory.rss },
      { name: 'heap', of: ({ memory }) => memory.heap },
    ],
  },
  {
    name: 'bytes',
    unit: 'bytes-per-second',
    lines: [{ name: 'sent', of: ({ bytesOutPerSecond }) => bytesOutPerSecond }],
  },
];

/** The columns that uPlot expects: seconds since the epoch, then each line. */
export function columns(
  chart: ChartOf,
  samples: readonly DashboardSample[],
): [number[], ...(number | null)[][]] {
  return [
    samples.map(({ at }) => at / 1000),
    ...chart.lines.map(({ of }) => samples.map((sample) => of(sample))),
  ];
}
