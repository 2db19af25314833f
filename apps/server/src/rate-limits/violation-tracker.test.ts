import { expect, test } from 'vitest';
import { VIOLATIONS } from '../limits.ts';
import { ViolationTracker, type Sender } from './violation-tracker.ts';

const eve: Sender = { user: 'eve', address: null };

function add(violations: ViolationTracker, sender: Sender, count: number, nowMs = 0): string[] {
  return Array.from({ length: count }, () => violations.add(sender, nowMs));
}

test('violations are tolerated up to the limit, then banned (W19)', () => {
  const violations = new ViolationTracker();
  expect(add(violations, eve, VIOLATIONS.maxPerUser)).not.toContain('excess');
  expect(violations.waitMs(eve, 0)).toBe(0);
  expect(violations.add(eve, 0)).toBe('excess');
  expect(violations.waitMs(eve, 0)).toBe(VIOLATIONS.banFirstMs);
  expect(violations.waitMs(eve, VIOLATIONS.banFirstMs)).toBe(0);
  expect(violations.waitMs({ user: 'ada', address: null }, 0)).toBe(0);
});

test('violations are forgotten at the rate of the limit', () => {
  const violations = new ViolationTracker();
  add(violations, eve, VIOLATIONS.maxPerUser);
  const oneMs = VIOLATIONS.windowMs / VIOLATIONS.maxPerUser;
  expect(violations.add(eve, oneMs)).toBe('tolerated');
  expect(violations.add(eve, oneMs)).toBe('excess');
});

test('bans double up to the cap, and begin again after a quiet window (W19)', () => {
  const violations = new ViolationTracker();
  add(violations, eve, VIOLATIONS.maxPerUser + 2);
  expect(violations.waitMs(eve, 0)).toBe(2 * VIOLATIONS.banFirstMs);
  add(violations, eve, 50);
  expect(violations.waitMs(eve, 0)).toBe(VIOLATIONS.banCapMs);
  const later = VIOLATIONS.banCapMs + VIOLATIONS.windowMs + 1;
  add(violations, eve, VIOLATIONS.maxPerUser + 1, later);
  expect(violations.waitMs(eve, later)).toBe(VIOLATIONS.banFirstMs);
});

test('violations of several users count for their address, too', () => {
  const violations = new ViolationTracker();
  const guest = (i: number): Sender => ({ user: `guest${i}`, address: '192.0.2.1' });
  for (let i = 0; i < VIOLATIONS.maxPerAddress; i++)
    expect(violations.add(guest(i), 0)).toBe('tolerated');
  expect(violations.waitMs(guest(-1), 0)).toBe(0);
  expect(violations.add(guest(-1), 0)).toBe('excess');
  expect(violations.waitMs(guest(-2), 0)).toBe(VIOLATIONS.banFirstMs);
  expect(violations.waitMs({ user: 'ada', address: '192.0.2.2' }, 0)).toBe(0);
});

test('a sender without user and address is not counted', () => {
  const violations = new ViolationTracker();
  expect(add(violations, { user: null, address: null }, 100)).not.toContain('excess');
});

test('the number of tracked senders is bounded', () => {
  const violations = new ViolationTracker();
  add(violations, eve, VIOLATIONS.maxPerUser + 1);
  for (let i = 1; i < VIOLATIONS.maxTracked; i++)
    violations.add({ user: `guest${i}`, address: null }, 0);
  expect(violations.waitMs(eve, 0)).toBe(VIOLATIONS.banFirstMs);
  violations.add({ user: 'one more', address: null }, 0);
  expect(violations.waitMs(eve, 0)).toBe(0);
});
