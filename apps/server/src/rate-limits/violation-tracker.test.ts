import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import { VIOLATIONS } from '../limits.ts';
import { ViolationTracker, type Sender } from './violation-tracker.ts';

const eve: Sender = { user: 'eve', address: null };
const ada: Sender = { user: 'ada', address: null };

function create(clock = new ManualClock()) {
  const violations = new ViolationTracker(clock);
  const add = (sender: Sender, count: number): string[] =>
    Array.from({ length: count }, () => violations.add(sender));
  return { clock, violations, add };
}

test('violations are tolerated up to the limit, then banned (W19)', () => {
  const { clock, violations, add } = create();
  expect(add(eve, VIOLATIONS.maxPerUser)).not.toContain('excess');
  expect(violations.waitMs(eve)).toBe(0);
  expect(violations.add(eve)).toBe('excess');
  expect(violations.waitMs(eve)).toBe(VIOLATIONS.banFirstMs);
  expect(violations.waitMs(ada)).toBe(0);
  clock.advance(VIOLATIONS.banFirstMs);
  expect(violations.waitMs(eve)).toBe(0);
});

test('violations are forgotten at the rate of the limit', () => {
  const { clock, violations, add } = create();
  add(eve, VIOLATIONS.maxPerUser);
  clock.advance(VIOLATIONS.windowMs / VIOLATIONS.maxPerUser);
  expect(violations.add(eve)).toBe('tolerated');
  expect(violations.add(eve)).toBe('excess');
});

test('bans double up to the cap, and begin again after a quiet window (W19)', () => {
  const { clock, violations, add } = create();
  add(eve, VIOLATIONS.maxPerUser + 2);
  expect(violations.waitMs(eve)).toBe(2 * VIOLATIONS.banFirstMs);
  add(eve, 50);
  expect(violations.waitMs(eve)).toBe(VIOLATIONS.banCapMs);
  clock.advance(VIOLATIONS.banCapMs + VIOLATIONS.windowMs + 1);
  add(eve, VIOLATIONS.maxPerUser + 1);
  expect(violations.waitMs(eve)).toBe(VIOLATIONS.banFirstMs);
});

test('violations of several users count for their address, too', () => {
  const { violations } = create();
  const guest = (i: number): Sender => ({ user: `guest${i}`, address: '192.0.2.1' });
  for (let i = 0; i < VIOLATIONS.maxPerAddress; i++)
    expect(violations.add(guest(i))).toBe('tolerated');
  expect(violations.waitMs(guest(-1))).toBe(0);
  expect(violations.add(guest(-1))).toBe('excess');
  expect(violations.waitMs(guest(-2))).toBe(VIOLATIONS.banFirstMs);
  expect(violations.waitMs({ user: 'ada', address: '192.0.2.2' })).toBe(0);
});

test('a sender without user and address is not counted', () => {
  const { add } = create();
  expect(add({ user: null, address: null }, 100)).not.toContain('excess');
});

test('the number of tracked senders is bounded', () => {
  const { violations, add } = create();
  add(eve, VIOLATIONS.maxPerUser + 1);
  for (let i = 1; i < VIOLATIONS.maxTracked; i++)
    violations.add({ user: `guest${i}`, address: null });
  expect(violations.waitMs(eve)).toBe(VIOLATIONS.banFirstMs);
  violations.add({ user: 'one more', address: null });
  expect(violations.waitMs(eve)).toBe(0);
});

test('LI5 two nodes that tell each other of violations ban a sender alike', () => {
  const clock = new ManualClock();
  const [one, other] = [create(clock), create(clock)];
  one.violations.onTaken((...taken) => other.violations.takenElsewhere(...taken));
  other.violations.onTaken((...taken) => one.violations.takenElsewhere(...taken));
  const outcomes = [one, other, one, other, one].map(({ violations }) => violations.add(eve));
  expect(outcomes).toEqual([
    ...Array<string>(VIOLATIONS.maxPerUser).fill('tolerated'),
    'excess',
    'excess',
  ]);
  for (const { violations } of [one, other])
    expect(violations.waitMs(eve)).toBe(2 * VIOLATIONS.banFirstMs);
});
