/** The operators' page, dashboard and alerts name exactly the existing metrics. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BusCounters } from '../bus/bus.ts';
import type { Engine } from '../engine/port.ts';
import { Metrics } from './metrics.ts';
import { MetricsCollector } from './metrics-collector.ts';

const operate = new URL('../../../docs/operate/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, operate), 'utf8');

const instruments = new MetricsCollector({
  metrics: new Metrics(),
  engine: { stats: () => ({ shards: [], compactions: 0 }) } as unknown as Engine,
  serverStats: () => ({
    certificateExpiresAtMs: null,
    state: 'open',
    connections: [],
    rooms: [],
    cluster: {
      nodes: 1,
      logAgeMs: 0,
      isHeld: false,
      isFallingBack: false,
      busSince: 0,
      brokers: [{ name: 'redis', isUp: true, since: 0, counters: {} as BusCounters }],
    },
  }),
  countJobs: async () => ({ waiting: 0, oldestWaitingMs: 0, failed: 0 }),
}).instruments();

const series = new Set(
  instruments.flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
  ),
);

const namesIn = (text: string): string[] =>
  text.match(/\b(?:tandem|process|nodejs)_[a-z0-9_]+/g) ?? [];

test('names each metric once, by the rules of Prometheus', () => {
  const names = instruments.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, help, type } of instruments) {
    expect(name).toMatch(/^(tandem|process|nodejs)_[a-z]+(_[a-z0-9]+)*$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter' && !name.endsWith('_seconds'));
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/\.$/);
  }
});

// This test writes the page: `vitest run -u`.
test('has a page with each of them', async () => {
  const rows = instruments.map((instrument) => {
    const samples = [...instrument.samples()];
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels ?? {})));
    labels.delete('le');
    const { name, type, help } = instrument;
    return `| \`${name}\` | ${type} | ${[...labels].join(', ')} | ${help} |\n`;
  });
  const page = [
    '# All metrics\n\n',
    '[Metrics](metrics.md) explains how to use them.\n\n',
    '| Name | Type | Labels | Meaning |\n|---|---|---|---|\n',
    ...rows,
  ];
  await expect(page.join('')).toMatchFileSnapshot('../../../docs/operate/metrics-list.md');
});

test('has a Grafana dashboard whose every expression is of metrics that exist', () => {
  const { panels } = JSON.parse(read('grafana.json')) as {
    panels: { type: string; targets?: { expr: string }[] }[];
  };
  const graphs = panels.filter(({ type }) => type !== 'row');
  expect(graphs.length).toBeGreaterThan(20);
  for (const { targets = [] } of graphs) {
    expect(targets).not.toHaveLength(0);
    for (const { expr } of targets) {
      expect(namesIn(expr)).not.toHaveLength(0);
      for (const name of namesIn(expr)) expect(series, expr).toContain(name);
    }
  }
});

test('has alerts on metrics that exist', () => {
  const expressions = read('tandem-alerts.yml')
    .split('\n')
    .filter((line) => line.trim().startsWith('expr:'));
  expect(expressions).toHaveLength(14);
  for (const name of expressions.flatMap(namesIn)) expect(series).toContain(name);
});
