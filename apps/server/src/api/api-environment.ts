/** What a route knows of a request: its connection, and its signed-in caller. */
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { User } from '@tandem/protocol';
import type { Authenticator } from '../accounts/authenticator.ts';
import { ApiError } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';

export interface ApiEnvironment {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly user: User };
}

export interface CallerOptions {
  readonly authenticator: Authenticator;
  /** Limits requests that change something, by user. */
  readonly changes: KeyedRateLimiter;
  readonly reads: KeyedRateLimiter;
}

export type SignedInMiddleware = MiddlewareHandler<ApiEnvironment>;

export const signedInMiddleware = ({
  authenticator,
  changes,
  reads,
}: CallerOptions): SignedInMiddleware =>
  createMiddleware<ApiEnvironment>(async (context, next) => {
    const signed = await authenticator.findByHeaders((name) => context.req.header(name));
    if (signed === null) throw new ApiError('unauthenticated');
    takeRequest(context.req.method === 'GET' ? reads : changes, signed.user);
    context.set('user', signed.user);
    await next();
  });

/** @throws ApiError `too-many` */
export function takeRequest(gate: KeyedRateLimiter, user: User): void {
  if (!gate.tryTake(user.id)) throw new ApiError('too-many', { retryAfterMs: 1_000 });
}
