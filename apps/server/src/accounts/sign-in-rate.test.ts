import { ManualClock } from '@tandem/testkit';
import { describe, expect, test } from 'vitest';
import { REQUEST_RATES, SIGN_IN_RATE } from '../limits.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { tryCountSignIn, type CountedSignIn, type SignInAttempt } from './sign-in-rate.ts';

const EMAIL = 'ada@example.org';

function fixture(maxTracked: number = SIGN_IN_RATE.maxTracked) {
  const clock = new ManualClock();
  const limiter = (
    rate: (typeof REQUEST_RATES)[
      | 'signInsOfAccount'
      | 'signInsFromAddress'
      | 'signInsOfDevice'
      | 'signInsOfAccountFromAddress'],
  ) => new KeyedRateLimiter({ rate, clock, maxKeys: maxTracked });
  const rates = {
    account: limiter(REQUEST_RATES.signInsOfAccount),
    accountFromAddress: limiter(REQUEST_RATES.signInsOfAccountFromAddress),
    device: limiter(REQUEST_RATES.signInsOfDevice),
    address: limiter(REQUEST_RATES.signInsFromAddress),
  };
  const count = (more: Partial<SignInAttempt>): CountedSignIn | null =>
    tryCountSignIn(rates, { subject: EMAIL, address: '192.0.2.1', device: null, ...more });
  const attempt = (more: Partial<SignInAttempt>): boolean => count(more) !== null;
  /** @returns how many of so many attempts in a row count. */
  const attempts = (count: number, more: Partial<SignInAttempt> = {}): number =>
    Array.from({ length: count }, () => attempt(more)).filter(Boolean).length;
  /** Uses up what unknown browsers have for the account. */
  const attack = (networks = 100): void => {
    for (let i = 0; i < networks; i++) attempts(20, { address: `198.51.100.${i}` });
  };
  return { clock, count, attempt, attempts, attack };
}

const networksOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${Math.floor(i / 250)}.${i % 250}.1`);

describe('AC6 an unknown browser', () => {
  test('has ten attempts at once with an account, then one a minute', () => {
    const { clock, attempts } = fixture();
    expect(attempts(20)).toBe(10);
    clock.advance(60_000);
    expect(attempts(20)).toBe(1);
  });

  test('in one network takes nothing from those in others', () => {
    const { clock, attempts } = fixture();
    for (let minute = 0; minute < 24 * 60; minute++) {
      attempts(60, { address: '198.51.100.1' });
      clock.advance(60_000);
    }
    expect(attempts(20)).toBe(10);
  });

  test('in many networks makes those in others slower, and locks nobody out', () => {
    const { clock, attempts, attack } = fixture();
    attack();
    expect(attempts(20)).toBe(2);
    clock.advance(5 * 60_000);
    attack();
    // What was refused has cost nothing.
    expect(attempts(20)).toBe(1);
  });

  test('who has a whole site of IPv6 has one network', () => {
    const { attempts } = fixture();
    let counted = 0;
    for (let i = 0; i < 100; i++)
      counted += attempts(5, { address: `2001:db8:1:${i.toString(16)}::/64` });
    expect(counted).toBe(10);
    expect(attempts(5, { address: '2001:db8:2:0::/64' })).toBe(5);
  });

  test('who tries many accounts has 40 attempts at once from a network, then one a second', () => {
    const { clock, attempt } = fixture();
    const spray = (): number =>
      Array.from({ length: 100 }, (_, i) => attempt({ subject: `${i}@example.org` })).filter(
        Boolean,
      ).length;
    expect(spray()).toBe(40);
    clock.advance(1_000);
    expect(spray()).toBe(1);
  });

  test('in a whole site of IPv6 makes a server forget nothing, whatever accounts it tries', () => {
    const { clock, attempt, attempts } = fixture(100);
    expect(attempts(20, { address: '2001:db8:1:0::/64' })).toBe(10);
    let counted = 0;
    for (let i = 0; i < 1_000; i++) {
      const address = `2001:db8:1:${i.toString(16)}::/64`;
      if (attempt({ address, subject: `${i}@example.org` })) counted++;
    }
    expect(counted).toBe(30);
    clock.advance(1_000);
    expect(attempts(20, { address: '2001:db8:1:0::/64' })).toBe(0);
  });

  test('on this machine counts by account', () => {
    const { attempts } = fixture();
    expect(attempts(20, { address: null })).toBe(10);
    expect(attempts(20, { address: null, subject: 'bob@example.org' })).toBe(10);
  });
});

describe('AC31 a known browser', () => {
  test('has ten attempts at once and then one a minute, whatever others do', () => {
    const { clock, attempts, attack } = fixture();
    attack();
    expect(attempts(20)).toBe(2);
    expect(attempts(20, { device: 'laptop' })).toBe(10);
    clock.advance(60_000);
    attack();
    expect(attempts(20, { device: 'laptop' })).toBe(1);
    expect(attempts(20, { device: 'phone' })).toBe(10);
  });

  test('is not slowed by unknown ones of its own network, nor slows them', () => {
    const { attempt, attempts } = fixture();
    for (let i = 0; i < 60; i++) attempt({ subject: `${i}@example.org` });
    expect(attempts(1)).toBe(0);
    expect(attempts(5, { device: 'laptop' })).toBe(5);
  });

  test('is one of those of a network that together have 40 attempts at once, then one a second', () => {
    const { attempts } = fixture();
    let counted = 0;
    for (let i = 0; i < 20; i++) counted += attempts(5, { device: `browser ${i}` });
    expect(counted).toBe(40);
  });
});

describe('PO13 right passwords of people who share one', () => {
  test('do not slow them, and count by their network alone', () => {
    const { count, attempts } = fixture();
    for (let i = 0; i < 30; i++) count({})!.refund();
    // 30 of the network's 40 are taken.
    expect(attempts(20)).toBe(10);
    expect(attempts(1, { subject: 'bob@example.org' })).toBe(0);
  });

  test('give back under an attack, too, and no more than was there', () => {
    const { count, attempts, attack } = fixture();
    attack();
    for (let i = 0; i < 5; i++) count({})!.refund();
    expect(attempts(20)).toBe(2);
  });
});

test('PK11 right passkeys take nothing from their network either', () => {
  const { count, attempts } = fixture();
  for (let i = 0; i < 100; i++) count({ device: 'a browser' })!.refundAll();
  let counted = 0;
  for (let i = 0; i < 20; i++) counted += attempts(5, { device: `browser ${i}` });
  expect(counted).toBe(REQUEST_RATES.signInsFromAddress.burst);
});

/** What the README says that a guesser has in a day, who tries with each network as soon as it may. */
test.each([
  [1, 1_450],
  [10, 5_240],
  [100, 31_250],
])(
  'AC6 with %i networks, a guesser has about %i attempts with an account in a day',
  (count, about) => {
    const { clock, attempts } = fixture();
    const networks = networksOf(count);
    let counted = 0;
    for (let minute = 0; minute < 24 * 60; minute++) {
      for (const address of networks) counted += attempts(minute === 0 ? 10 : 1, { address });
      clock.advance(60_000);
    }
    expect(counted).toBeGreaterThan(about * 0.99);
    expect(counted).toBeLessThan(about * 1.01);
  },
);
