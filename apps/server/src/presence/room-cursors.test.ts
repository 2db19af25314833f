import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AWARENESS_INTERVAL_MS } from '@tandem/protocol';
import { CURSORS } from './limits.ts';
import { RoomFixture } from './testing/room-fixture.ts';
import type { Tab } from './testing/tab.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('cursors', () => {
  test('PR7: of at most 50 are shown: who moved a moment ago stays, who left makes room', () => {
    const context = new RoomFixture();
    const tabs = Array.from({ length: CURSORS.maxShown + 10 }, (_, user) => context.enter(user));
    const watcher = context.enter(1_000);
    const shown = () =>
      [...watcher.cursors].filter(([, { state }]) => state !== null).map(([client]) => client);
    for (const tab of tabs) context.move(tab, 1);
    context.pass(1_000);
    expect(shown()).toEqual(tabs.slice(0, CURSORS.maxShown).map(({ client }) => client));
    context.pass(CURSORS.minShownMs);
    const [quietest, late] = [tabs[0], tabs[55]] as [Tab, Tab];
    context.move(late, 2);
    context.pass(1_000);
    expect(shown()).toContain(late.client);
    expect(shown()).not.toContain(quietest.client);
    expect(shown()).toHaveLength(CURSORS.maxShown);
    const newcomer = context.enter(1_001);
    expect(newcomer.cursors.size).toBe(CURSORS.maxShown);
    for (const tab of tabs.slice(20)) context.people.leave(tab.here, 'clean');
    context.pass(2_000);
    expect(shown()).toHaveLength(20);
    expect(shown()).toContain(quietest.client);
  });

  test('PR6: cost a bounded amount however many move, and clients are asked to be slower', () => {
    const context = new RoomFixture();
    const tabs = Array.from({ length: 300 }, (_, user) => context.enter(user));
    context.settle();
    const [watcher] = tabs as [Tab];
    for (const tab of tabs) tab.isOverConflateThreshold = tab !== watcher;
    const seconds = 10;
    for (let step = 1; step <= (seconds * 1000) / AWARENESS_INTERVAL_MS; step++) {
      for (const tab of tabs) context.move(tab, step);
      vi.advanceTimersByTime(AWARENESS_INTERVAL_MS);
    }
    const broadcasts = watcher.received.filter(
      ({ message }) => message.type === 'awareness',
    ).length;
    // 300 receivers of 50 cursors: a pause of 300 × 54 / 50,000 s.
    expect(broadcasts).toBeLessThanOrEqual(seconds / 0.324 + 2);
    expect(broadcasts).toBeGreaterThan(seconds / 0.4);
    expect(watcher.cursorIntervalMs).toBe(264);
    for (let step = 1; step <= 100; step++) {
      context.move(tabs[1] as Tab, 1_000 + step);
      vi.advanceTimersByTime(100);
    }
    expect(watcher.cursorIntervalMs).toBe(AWARENESS_INTERVAL_MS);
  });

  test('PR6: are sent at once after a pause, and every 33 ms among a few', () => {
    const context = new RoomFixture();
    const [ada, bob] = [context.enter(1), context.enter(2)];
    context.settle();
    bob.received.length = 0;
    context.move(ada, 1);
    vi.advanceTimersByTime(1);
    expect(bob.received).toHaveLength(1);
    for (let at = 2; at < 1_000; at++) {
      context.move(ada, at);
      vi.advanceTimersByTime(1);
    }
    expect(bob.received.length).toBeGreaterThan(28);
    expect(bob.received.length).toBeLessThan(33);
  });
});

describe('impersonation', () => {
  const entry = (client: number, clock: number, state: object | null = { at: 1 }) => ({
    client,
    clock,
    state: state === null ? null : JSON.stringify(state),
  });

  test('W22: fails by a foreign client id, a forged user, 100,000 ids, or a clock far ahead', () => {
    const context = new RoomFixture();
    const [ada, eve, watcher] = [context.enter(1), context.enter(2), context.enter(3)];
    const receive = (tab: Tab, ...entries: ReturnType<typeof entry>[]) => {
      context.people.receiveAwareness(tab.here, entries);
      context.pass(500);
    };
    receive(ada, entry(ada.client, 1));
    receive(eve, entry(ada.client, 2 ** 31), entry(ada.client, 2 ** 31, null));
    receive(eve, entry(eve.client, 2 ** 31, { at: 6, user: context.user(1) }));
    receive(eve, ...Array.from({ length: 100_000 }, (_, i) => entry(1_000 + i, 1)));
    receive(ada, entry(ada.client, 2, { at: 2 }));
    const states = [...watcher.cursors].map(([client, { state }]) => [
      client,
      JSON.parse(state ?? 'null') as unknown,
    ]);
    expect(states).toEqual([
      [ada.client, { at: 2, user: context.user(1) }],
      [eve.client, { at: 6, user: context.user(2) }],
    ]);
    expect(watcher.shown.get('u2')).toMatchObject({ name: 'Person 2', clients: [eve.client] });
    // A client that returns under an id taken meanwhile stays nameless rather than wrong.
    context.people.leave(ada.here, 'clean');
    const mallory = context.tab(4);
    Object.assign(mallory, { client: ada.client });
    context.open(mallory);
    receive(mallory, entry(ada.client, 1, { at: 7, user: context.user(1) }));
    expect(watcher.cursors.get(ada.client)?.state).toBe(
      JSON.stringify({ at: 7, user: context.user(4) }),
    );
    context.open(ada);
    receive(ada, entry(ada.client, 3, { at: 8 }));
    expect(watcher.cursors.get(ada.client)?.state).toContain('"u4"');
  });
});
