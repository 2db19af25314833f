import { expect, test } from 'vitest';
import { EchoMonitor } from './echo-monitor.ts';

interface Fixture {
  readonly monitor: EchoMonitor;
  readonly states: string[];
  echo(atMs: number): void;
}

function createMonitor(): Fixture {
  const states: string[] = [];
  const monitor = new EchoMonitor((state) =>
    states.push(state.kind === 'up' ? 'up' : state.reason.code),
  );
  return { monitor, states, echo: (atMs) => monitor.handleEcho(atMs, atMs) };
}

function connected(): Fixture {
  const fixture = createMonitor();
  fixture.monitor.handleConnected(0);
  fixture.monitor.handleRestored();
  for (const atMs of [0, 250, 500]) fixture.echo(atMs);
  return fixture;
}

test('BU7: three echoes and all subscriptions, in either order', () => {
  const { monitor, states, echo } = createMonitor();
  echo(0);
  monitor.handleConnected(0);
  echo(0);
  echo(250);
  monitor.handleRestored();
  expect(states).toEqual([]);
  echo(500);
  expect(states).toEqual(['up']);

  const other = createMonitor();
  other.monitor.handleConnected(0);
  for (const atMs of [0, 250, 500, 750]) other.echo(atMs);
  expect(other.states).toEqual([]);
  other.monitor.handleRestored();
  expect(other.states).toEqual(['up']);
});

test('BU6: down after a second without an echo; old ones do not count', () => {
  const { monitor, states, echo } = connected();
  expect(monitor.tick(1499)).toBe('wait');
  expect(states).toEqual(['up']);
  expect(monitor.isUsable(1499)).toBe(true);
  monitor.tick(1500);
  expect(states).toEqual(['up', 'no-echo']);
  expect(monitor.isUsable(1500)).toBe(false);
  for (const sentMs of [600, 700, 800, 900]) monitor.handleEcho(sentMs, 2000);
  expect(states).toEqual(['up', 'no-echo']);
  for (const atMs of [2000, 2250, 2500]) echo(atMs);
  expect(states).toEqual(['up', 'no-echo', 'up']);
});

test('BU8: a lost connection is down at once, and needs echoes of the next one', () => {
  const { monitor, states } = connected();
  monitor.handleDisconnected({ code: 'connection-lost', detail: '' });
  monitor.handleDisconnected({ code: 'connect-failed', detail: 'one' });
  monitor.handleDisconnected({ code: 'connect-failed', detail: 'two' });
  expect(states).toEqual(['up', 'connection-lost', 'connect-failed']);
  expect(monitor.isUsable(501)).toBe(false);
  monitor.handleConnected(900);
  monitor.handleRestored();
  for (const sentMs of [700, 800, 850]) monitor.handleEcho(sentMs, 950);
  expect(states).toHaveLength(3);
  for (const sentMs of [900, 910, 920]) monitor.handleEcho(sentMs, 950);
  expect(states).toHaveLength(4);
});

test('BU10: a connection that stays silent for 3 s is to be replaced', () => {
  const { monitor } = connected();
  expect(monitor.tick(3499)).toBe('wait');
  expect(monitor.tick(3500)).toBe('reconnect');
  const silent = createMonitor();
  silent.monitor.handleConnected(0);
  expect(silent.monitor.tick(2999)).toBe('wait');
  expect(silent.monitor.tick(3000)).toBe('reconnect');
});

test('BU9: a pause of the process is no silence', () => {
  const { monitor, states } = connected();
  monitor.forgive(30_000);
  expect(monitor.tick(31_000)).toBe('wait');
  expect(states).toEqual(['up']);
});

test('BU13: while replaced, echoes do not help', () => {
  const { monitor, states, echo } = connected();
  monitor.handleReplaced(true);
  for (const atMs of [750, 1000, 1250]) echo(atMs);
  expect(states).toEqual(['up', 'replaced']);
  monitor.handleReplaced(false);
  for (const atMs of [1500, 1750, 2000]) echo(atMs);
  expect(states).toEqual(['up', 'replaced', 'up']);
});
