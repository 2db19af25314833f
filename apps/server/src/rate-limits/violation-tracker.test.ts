import { describe, expect, it } from 'vitest';
import {
  BAN_CAP_MS,
  BAN_FIRST_MS,
  MAX_REMEMBERED_VIOLATORS,
  VIOLATIONS_PER_ADDRESS,
  VIOLATIONS_PER_USER,
  VIOLATIONS_WINDOW_MS,
} from '../limits.ts';
import { ViolationTracker, type Sender } from './violation-tracker.ts';

const eve: Sender = { user: 'eve', address: null };

function add(violations: ViolationTracker, sender: Sender, count: number, nowMs = 0): string[] {
  return Array.from({ length: count }, () => violations.add(sender, nowMs));
}

describe('violations', () => {
  it('are tolerated as often as the limit says, and not once more', () => {
    const violations = new ViolationTracker();
    expect(add(violations, eve, VIOLATIONS_PER_USER)).not.toContain('excess');
    expect(violations.waitMs(eve, 0)).toBe(0);
    expect(violations.add(eve, 0)).toBe('excess');
    expect(violations.waitMs(eve, 0)).toBe(BAN_FIRST_MS);
    expect(violations.waitMs(eve, BAN_FIRST_MS)).toBe(0);
    expect(violations.waitMs({ user: 'ada', address: null }, 0)).toBe(0);
  });

  it('are forgotten at the rate of the limit', () => {
    const violations = new ViolationTracker();
    add(violations, eve, VIOLATIONS_PER_USER);
    const oneMs = VIOLATIONS_WINDOW_MS / VIOLATIONS_PER_USER;
    expect(violations.add(eve, oneMs)).toBe('tolerated');
    expect(violations.add(eve, oneMs)).toBe('excess');
  });

  it('that go on keep their sender out longer each time, up to a limit, until there were none for a while', () => {
    const violations = new ViolationTracker();
    add(violations, eve, VIOLATIONS_PER_USER + 2);
    expect(violations.waitMs(eve, 0)).toBe(2 * BAN_FIRST_MS);
    add(violations, eve, 50);
    expect(violations.waitMs(eve, 0)).toBe(BAN_CAP_MS);
    const later = BAN_CAP_MS + VIOLATIONS_WINDOW_MS + 1;
    add(violations, eve, VIOLATIONS_PER_USER + 1, later);
    expect(violations.waitMs(eve, later)).toBe(BAN_FIRST_MS);
  });

  it('of several users are counted by their address too', () => {
    const violations = new ViolationTracker();
    const guest = (i: number): Sender => ({ user: `guest${i}`, address: '192.0.2.1' });
    for (let i = 0; i < VIOLATIONS_PER_ADDRESS; i++)
      expect(violations.add(guest(i), 0)).toBe('tolerated');
    expect(violations.waitMs(guest(-1), 0)).toBe(0);
    expect(violations.add(guest(-1), 0)).toBe('excess');
    expect(violations.waitMs(guest(-2), 0)).toBe(BAN_FIRST_MS);
    expect(violations.waitMs({ user: 'ada', address: '192.0.2.2' }, 0)).toBe(0);
  });

  it('of nobody in particular are not counted', () => {
    const violations = new ViolationTracker();
    expect(add(violations, { user: null, address: null }, 100)).not.toContain('excess');
  });

  it('are remembered of so many, the last ones', () => {
    const violations = new ViolationTracker();
    add(violations, eve, VIOLATIONS_PER_USER + 1);
    for (let i = 1; i < MAX_REMEMBERED_VIOLATORS; i++)
      violations.add({ user: `guest${i}`, address: null }, 0);
    expect(violations.waitMs(eve, 0)).toBe(BAN_FIRST_MS);
    violations.add({ user: 'one more', address: null }, 0);
    expect(violations.waitMs(eve, 0)).toBe(0);
  });
});
