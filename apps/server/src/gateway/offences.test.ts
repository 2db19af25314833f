import { describe, expect, it } from 'vitest';
import {
  BAR_CAP_MS,
  BAR_FIRST_MS,
  MAX_REMEMBERED_OFFENDERS,
  OFFENCES_PER_ADDRESS,
  OFFENCES_PER_USER,
  OFFENCES_WINDOW_MS,
} from '../limits.ts';
import { Offences, type Sender } from './offences.ts';

const eve: Sender = { user: 'eve', address: null };

function add(offences: Offences, sender: Sender, count: number, nowMs = 0): string[] {
  return Array.from({ length: count }, () => offences.add(sender, nowMs));
}

describe('offences', () => {
  it('are tolerated as often as the limit says, and not once more', () => {
    const offences = new Offences();
    expect(add(offences, eve, OFFENCES_PER_USER)).not.toContain('excess');
    expect(offences.waitMs(eve, 0)).toBe(0);
    expect(offences.add(eve, 0)).toBe('excess');
    expect(offences.waitMs(eve, 0)).toBe(BAR_FIRST_MS);
    expect(offences.waitMs(eve, BAR_FIRST_MS)).toBe(0);
    expect(offences.waitMs({ user: 'ada', address: null }, 0)).toBe(0);
  });

  it('are forgotten at the rate of the limit', () => {
    const offences = new Offences();
    add(offences, eve, OFFENCES_PER_USER);
    const oneMs = OFFENCES_WINDOW_MS / OFFENCES_PER_USER;
    expect(offences.add(eve, oneMs)).toBe('tolerated');
    expect(offences.add(eve, oneMs)).toBe('excess');
  });

  it('that go on keep their sender out longer each time, up to a limit, until there were none for a while', () => {
    const offences = new Offences();
    add(offences, eve, OFFENCES_PER_USER + 2);
    expect(offences.waitMs(eve, 0)).toBe(2 * BAR_FIRST_MS);
    add(offences, eve, 50);
    expect(offences.waitMs(eve, 0)).toBe(BAR_CAP_MS);
    const later = BAR_CAP_MS + OFFENCES_WINDOW_MS + 1;
    add(offences, eve, OFFENCES_PER_USER + 1, later);
    expect(offences.waitMs(eve, later)).toBe(BAR_FIRST_MS);
  });

  it('of several users are counted by their address too', () => {
    const offences = new Offences();
    const guest = (i: number): Sender => ({ user: `guest${i}`, address: '192.0.2.1' });
    for (let i = 0; i < OFFENCES_PER_ADDRESS; i++)
      expect(offences.add(guest(i), 0)).toBe('tolerated');
    expect(offences.waitMs(guest(-1), 0)).toBe(0);
    expect(offences.add(guest(-1), 0)).toBe('excess');
    expect(offences.waitMs(guest(-2), 0)).toBe(BAR_FIRST_MS);
    expect(offences.waitMs({ user: 'ada', address: '192.0.2.2' }, 0)).toBe(0);
  });

  it('of nobody in particular are not counted', () => {
    const offences = new Offences();
    expect(add(offences, { user: null, address: null }, 100)).not.toContain('excess');
  });

  it('are remembered of so many, the last ones', () => {
    const offences = new Offences();
    add(offences, eve, OFFENCES_PER_USER + 1);
    for (let i = 1; i < MAX_REMEMBERED_OFFENDERS; i++)
      offences.add({ user: `guest${i}`, address: null }, 0);
    expect(offences.waitMs(eve, 0)).toBe(BAR_FIRST_MS);
    offences.add({ user: 'one more', address: null }, 0);
    expect(offences.waitMs(eve, 0)).toBe(0);
  });
});
