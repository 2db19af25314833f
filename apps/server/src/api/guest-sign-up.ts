/** Creates accounts of new guests, within a rate for each address. */
import type { IncomingMessage } from 'node:http';
import type { User } from '@tandem/protocol';
import type { People, SignedIn } from '../accounts/people.ts';
import { ApiError } from '../http/api-error.ts';
import { ACCOUNTS } from '../limits.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { boundedWrite } from './bounded-write.ts';

export interface GuestSignUpOptions {
  readonly people: People;
  readonly welcome: (user: User) => Promise<void>;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly rates: KeyedRateLimiter;
}

export type SignUpGuest = (
  request: IncomingMessage,
) => Promise<SignedIn & { readonly cookie: string }>;

export function guestSignUp({
  people,
  welcome,
  addressOf,
  rates,
}: GuestSignUpOptions): SignUpGuest {
  return async (request) => {
    const address = addressOf(request);
    // Local requests are not limited.
    if (address !== null && !rates.tryTake(address, Date.now())) {
      throw new ApiError('too-many', {
        detail:
          'Many people come from your network at this moment. This page tries again by itself.',
        retryAfterMs: ACCOUNTS.guestRetryMs,
      });
    }
    const guest = await people.createGuest();
    // The document may arrive late: a guest can write without it.
    await boundedWrite(welcome(guest.user)).catch(() => undefined);
    return guest;
  };
}
