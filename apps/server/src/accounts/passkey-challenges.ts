/**
 * Challenges that passkeys sign: random, for one browser, one session and one purpose, and used once, on whichever node
 * (PK3). The browser keeps them in an encrypted cookie: the database learns only of one that was answered rightly.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Secrets } from '../configuration/setting-schemas.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { oneTimeHash, type SealedToken } from '../storage/one-time-tokens.ts';
import type { CookieRequest } from './cookie.ts';
import { SealedCookie } from './sealed-cookie.ts';

const openChallenge = z.object({
  challenge: z.string(),
  /** - `addition`: its session was confirmed when it was made (AC23) */
  purpose: z.enum(['addition', 'confirmation', 'sign-in']),
  /** Null for a sign-in, which needs none. */
  session: z.string().nullable(),
  expiresAt: z.number(),
});
type OpenChallenge = z.infer<typeof openChallenge>;

export type ChallengeFor = Pick<OpenChallenge, 'purpose' | 'session'>;

export class PasskeyChallenges {
  readonly #cookie: SealedCookie<OpenChallenge[]>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(secrets: Secrets, clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#cookie = new SealedCookie({
      ...{ name: 'tandem_passkey', path: '/', secrets, now: () => clock.now() },
      schema: z.array(openChallenge).max(ACCOUNTS.maxOpenChallenges),
      lifetimeMs: ACCOUNTS.passkeyChallengeLifetimeMs,
    });
  }

  /** @returns a challenge in base64url, and the value of `Set-Cookie` that keeps it beside those of other tabs. */
  async create(
    { header, place }: CookieRequest,
    target: ChallengeFor,
  ): Promise<{ readonly challenge: string; readonly cookie: string }> {
    const now = this.#clock.now();
    const challenge = randomBytes(ACCOUNTS.oneTimeBytes).toString('base64url');
    const expiresAt = now + ACCOUNTS.passkeyChallengeLifetimeMs;
    const before = (await this.#cookie.read(header, place)) ?? [];
    const open = [{ ...target, challenge, expiresAt }, ...before.filter(isOpenAt(now))];
    const cookie = await this.#cookie.write(open.slice(0, ACCOUNTS.maxOpenChallenges), place);
    return { challenge, cookie };
  }

  /**
   * @param challenge null for an answer to none.
   * @returns what uses the challenge up, in the command that it is for. `no-cookie`: the browser keeps none, or for too
   * long; `over`: it has no such challenge.
   */
  async find(
    { header, place }: CookieRequest,
    challenge: string | null,
    target: ChallengeFor,
  ): Promise<SealedToken | 'no-cookie' | 'over'> {
    const open = await this.#cookie.read(header, place);
    if (open === null) return 'no-cookie';
    const found = open
      .filter(isOpenAt(this.#clock.now()))
      .find((each) => each.challenge === challenge && isFor(each, target));
    if (found === undefined) return 'over';
    return { hash: oneTimeHash(found.challenge), expiresAt: found.expiresAt };
  }
}

const isOpenAt =
  (now: number) =>
  ({ expiresAt }: OpenChallenge): boolean =>
    expiresAt > now;

function isFor(open: OpenChallenge, { purpose, session }: ChallengeFor): boolean {
  return open.purpose === purpose && open.session === session;
}
