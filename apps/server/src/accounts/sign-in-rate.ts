/** Slows attempts to sign in, by account and by network address, in the whole cluster: AC6. */
import { createHash } from 'node:crypto';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';

export interface SignInRates {
  readonly account: KeyedRateLimiter;
  readonly address: KeyedRateLimiter;
}

/**
 * Counts an attempt, right or wrong, before anything is looked up or hashed.
 *
 * @param address null for this machine, which is not limited.
 */
export function tryCountSignIn(
  { account, address: byAddress }: SignInRates,
  { subject, address }: { readonly subject: string; readonly address: string | null },
): boolean {
  return (address === null || byAddress.tryTake(address)) && account.tryTake(keyOf(subject));
}

/** Nodes tell each other these keys, so that they are short and hold nobody's address. */
function keyOf(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url');
}
