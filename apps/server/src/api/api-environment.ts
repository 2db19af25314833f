/** What a route knows of a request: its connection, and its signed-in caller. */
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { User } from '@tandem/protocol';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { SignedIn } from '../accounts/people.ts';
import { ApiError } from '../http/api-error.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { isSignedIn } from '../storage/sign-ins.ts';
import type { Database } from '../storage/tables.ts';

export interface ApiEnvironment {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    readonly user: User;
    /** The caller's session or, with an API token, that token: the change of a request is made only while it stands. */
    readonly session: string;
    /** Whose API token the request has, if its scopes allow the route (AT4). */
    readonly tokenHolder?: SignedIn;
  };
}

export interface CallerOptions {
  readonly authenticator: Authenticator;
  /** Limits requests that change something, by user. */
  readonly changes: KeyedRateLimiter;
  readonly reads: KeyedRateLimiter;
  /** `guests-to-sign-in`: guests, too, where people have to sign in. */
  readonly admits?: 'guests-to-sign-in';
}

export type SignedInMiddleware = MiddlewareHandler<ApiEnvironment>;

export const signedInMiddleware = ({
  authenticator,
  changes,
  reads,
  admits,
}: CallerOptions): SignedInMiddleware =>
  createMiddleware<ApiEnvironment>(async (context, next) => {
    const header = (name: string) => context.req.header(name);
    const signed =
      context.var.tokenHolder ??
      (await (admits === undefined
        ? authenticator.findByHeaders(header)
        : authenticator.findGuestByHeaders(header)));
    if (signed === null) throw new ApiError('unauthenticated');
    takeRequest(context.req.method === 'GET' ? reads : changes, signed.user);
    context.set('user', signed.user);
    context.set('session', signed.session);
    await next();
  });

/**
 * For what took a while: a session or an API token may have ended meanwhile (AC21, AT5).
 *
 * @throws ApiError `unauthenticated`
 */
export async function checkSignedIn(
  db: Database,
  { user, session }: Pick<ApiEnvironment['Variables'], 'user' | 'session'>,
): Promise<void> {
  if (!(await isSignedIn(db, { session, user: user.id, at: systemClock.now() })))
    throw new ApiError('unauthenticated');
}

/** @throws ApiError `too-many` */
export function takeRequest(gate: KeyedRateLimiter, user: User): void {
  if (!gate.tryTake(user.id)) throw new ApiError('too-many', { retryAfterMs: 1_000 });
}
