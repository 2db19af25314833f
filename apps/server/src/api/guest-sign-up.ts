/** Creates accounts of new guests, within a rate for each address: LI7. */
import type { IncomingMessage } from 'node:http';
import type { User } from '@tandem/protocol';
import type { People, SignedIn } from '../accounts/people.ts';
import { ApiError } from '../http/api-error.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { agentOf } from '../http/client-agent.ts';
import { boundedWrite } from './bounded-write.ts';

export interface GuestSignUpOptions {
  readonly people: People;
  readonly welcome: (user: User) => Promise<void>;
  readonly addressOf: (request: IncomingMessage) => string | null;
  /** On this node; it spares the database what is refused in any case. */
  readonly rates: KeyedRateLimiter;
  /** On all nodes. @throws StorageError */
  readonly tryCount: (address: string) => Promise<boolean>;
}

export type SignUpGuest = (
  request: IncomingMessage,
) => Promise<SignedIn & { readonly cookie: string }>;

export function guestSignUp({
  people,
  welcome,
  addressOf,
  rates,
  tryCount,
}: GuestSignUpOptions): SignUpGuest {
  return async (request) => {
    const address = addressOf(request);
    // Local requests are not limited.
    if (address !== null && !(rates.tryTake(address) && (await tryCount(address)))) {
      throw new ApiError('too-many', {
        detail:
          'Many people come from your network at this moment. This page tries again by itself.',
        retryAfterMs: ACCOUNTS.guestRetryMs,
      });
    }
    const guest = await people.createGuest(agentOf(request.headers));
    // The document may arrive late: a guest can write without it.
    await boundedWrite(welcome(guest.user)).catch(() => undefined);
    return guest;
  };
}
