/** Slows attempts to sign in, in the whole cluster, so that nobody is locked out by somebody else: AC6. */
import { createHash } from 'node:crypto';
import { SIGN_IN_RATE } from '../limits.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';

export interface SignInRates {
  /** Attempts of unknown browsers with an account, wherever they come from. */
  readonly account: KeyedRateLimiter;
  readonly accountFromAddress: KeyedRateLimiter;
  /** Attempts with an account of a browser that is known to it. */
  readonly device: KeyedRateLimiter;
  readonly address: KeyedRateLimiter;
}

export interface SignInAttempt {
  /** The account as the client names it, whether it exists or not. */
  readonly subject: string;
  /** Null for this machine, which is not limited by itself. */
  readonly address: string | null;
  /** The browser or the session that the account knows; null for an unknown one. */
  readonly device: string | null;
}

export interface CountedSignIn {
  /**
   * The password was right, so that it was no guess: where many people have the same one, as that of a link, they do not
   * slow each other. It still counts for the address, whose passwords have been hashed.
   */
  refund(): void;
  /** A passkey was right: nothing was guessed, and nothing hashed, so that it takes nothing from its network either. */
  refundAll(): void;
}

interface Take {
  readonly rate: KeyedRateLimiter;
  readonly key: string;
  readonly amount: number;
}

/** Counts an attempt, right or wrong, before a password is hashed. @returns null for a refused one, which counts nowhere. */
export function tryCountSignIn(rates: SignInRates, attempt: SignInAttempt): CountedSignIn | null {
  const { subject, address, device } = attempt;
  const ofSubject: readonly Take[] =
    device === null
      ? takesOfUnknown(rates, attempt)
      : [{ rate: rates.device, key: keyOf(device, subject), amount: 1 }];
  // Unknown browsers of a network do not use up what its known browsers have.
  const takes = [...ofSubject];
  if (address !== null) {
    const key = device === null ? siteOf(address) : `known ${address}`;
    takes.push({ rate: rates.address, key, amount: 1 });
  }
  const missing = takes.find(({ rate, key, amount }) => !rate.has(key, amount));
  if (missing !== undefined) {
    // It counts the refusal.
    missing.rate.tryTake(missing.key, missing.amount);
    return null;
  }
  for (const { rate, key, amount } of takes) rate.tryTake(key, amount);
  const giveBack = (given: readonly Take[]) => {
    for (const { rate, key, amount } of given) rate.refund(key, amount);
  };
  return { refund: () => giveBack(ofSubject), refundAll: () => giveBack(takes) };
}

/**
 * An account that many networks guess at makes each of them slower, but refuses none: its person may be in one that has
 * not tried yet.
 */
function takesOfUnknown(
  { account, accountFromAddress }: SignInRates,
  { subject, address }: SignInAttempt,
): Take[] {
  const accountKey = keyOf(subject);
  const key = keyOf(address === null ? '' : siteOf(address), subject);
  return account.has(accountKey)
    ? [
        { rate: account, key: accountKey, amount: 1 },
        { rate: accountFromAddress, key, amount: 1 },
      ]
    : [{ rate: accountFromAddress, key, amount: SIGN_IN_RATE.costUnderAttack }];
}

/**
 * The network of one customer. Providers give a /48 or a /56 of IPv6 to anybody (RIPE-690), and so thousands of the
 * networks by which other limits count.
 *
 * @param address as limits name it: an IPv4 address, or the /64 network of an IPv6 one.
 */
export function siteOf(address: string): string {
  const groups = address.endsWith('::/64') ? address.slice(0, -'::/64'.length).split(':') : null;
  return groups?.length === 4 ? `${groups.slice(0, 3).join(':')}::/48` : address;
}

/** Nodes tell each other these keys, so that they are short and hold nobody's address. */
function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
