import { ManualClock } from '@tandem/testkit';
import { describe, expect, test } from 'vitest';
import { ACCOUNTS } from '../storage/limits.ts';
import { PasskeyChallenges, type ChallengeFor } from './passkey-challenges.ts';

const SECRET = 'a secret of the tests';
const SIGN_IN: ChallengeFor = { purpose: 'sign-in', session: null };
const ADDITION: ChallengeFor = { purpose: 'addition', session: 'laptop' };
const FOUND = { hash: expect.stringMatching(/^[\da-f]{64}$/) as string };

/** A browser that keeps its cookie, or keeps none. */
class Browser {
  readonly challenges: PasskeyChallenges;
  header: string | undefined;

  constructor(challenges: PasskeyChallenges) {
    this.challenges = challenges;
  }

  async create(target: ChallengeFor): Promise<string> {
    const request = { header: this.header, place: 'secure' as const };
    const { challenge, cookie } = await this.challenges.create(request, target);
    this.header = cookie.split(';', 1)[0] as string;
    return challenge;
  }

  async find(challenge: string | null, target: ChallengeFor) {
    return await this.challenges.find({ header: this.header, place: 'secure' }, challenge, target);
  }
}

function setUp() {
  const clock = new ManualClock();
  return { clock, browser: new Browser(new PasskeyChallenges([SECRET], clock)) };
}

describe('PK3 a challenge', () => {
  test('is found in its browser, for its purpose and session, on each server with the secret', async () => {
    const { clock, browser } = setUp();
    const challenge = await browser.create(ADDITION);
    expect(challenge).toMatch(/^[\w-]{43}$/);
    expect(await browser.find(challenge, ADDITION)).toMatchObject(FOUND);
    for (const [other, target] of [
      [challenge, SIGN_IN],
      [challenge, { purpose: 'confirmation', session: 'laptop' }],
      [challenge, { purpose: 'addition', session: 'phone' }],
      ['A'.repeat(43), ADDITION],
      [null, ADDITION],
    ] as const)
      expect(await browser.find(other, target)).toBe('over');

    const node = new Browser(new PasskeyChallenges(['newer', SECRET], clock));
    node.header = browser.header;
    expect(await node.find(challenge, ADDITION)).toMatchObject(FOUND);
    const without = new Browser(browser.challenges);
    expect(await without.find(challenge, ADDITION)).toBe('no-cookie');
    without.header = '__Host-tandem_passkey=forged';
    expect(await without.find(challenge, ADDITION)).toBe('no-cookie');
  });

  test('is open for ten minutes, also while its browser asks for others', async () => {
    const { clock, browser } = setUp();
    const first = await browser.create(SIGN_IN);
    clock.advance(ACCOUNTS.passkeyChallengeLifetimeMs - 1_000);
    const second = await browser.create(SIGN_IN);
    expect(await browser.find(first, SIGN_IN)).toMatchObject(FOUND);
    clock.advance(1_000);
    expect(await browser.find(first, SIGN_IN)).toBe('over');
    expect(await browser.find(second, SIGN_IN)).toMatchObject(FOUND);
    clock.advance(ACCOUNTS.passkeyChallengeLifetimeMs);
    expect(await browser.find(second, SIGN_IN)).toBe('no-cookie');
  });

  test('is one of the newest of its browser, whose cookie is short and tells nothing', async () => {
    const { browser } = setUp();
    const all: string[] = [];
    for (let tab = 0; tab <= ACCOUNTS.maxOpenChallenges; tab++)
      all.push(await browser.create({ purpose: 'confirmation', session: 'f'.repeat(64) }));
    expect(browser.header!.length).toBeLessThan(2_048);
    for (const challenge of all) expect(browser.header).not.toContain(challenge);
    const found = await Promise.all(
      all.map((each) => browser.find(each, { purpose: 'confirmation', session: 'f'.repeat(64) })),
    );
    expect(found.map((each) => each === 'over')).toEqual(all.map((_, tab) => tab === 0));
  });
});
