/** Dependencies of the routes, and the caller of a request. */
import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { createMiddleware } from 'hono/factory';
import type { User } from '@tandem/protocol';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Database } from '../storage/tables.ts';
import type { Engine } from '../engine/port.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { Log } from '../runtime/log.ts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { People } from '../accounts/people.ts';
import type { TokenSigner } from '../accounts/session-token.ts';
import { ApiError } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';

export interface ApiServices {
  readonly configuration: Configuration;
  readonly db: Database;
  readonly engine: Engine;
  readonly runner: CommandRunner;
  readonly people: People;
  readonly tokens: TokenSigner;
  readonly authenticator: Authenticator;
  readonly rooms: Rooms;
  readonly welcome: (user: User) => Promise<void>;
  readonly addressOf: (request: IncomingMessage) => string | null;
  /** Limits sessions of new guests, by address. */
  readonly guests: KeyedRateLimiter;
  /** Limits requests that change something, by user. */
  readonly changes: KeyedRateLimiter;
  readonly reads: KeyedRateLimiter;
  readonly log: Log;
}

export interface ApiEnvironment {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly user: User };
}

export const signedIn = (services: Pick<ApiServices, 'authenticator' | 'changes' | 'reads'>) =>
  createMiddleware<ApiEnvironment>(async (context, next) => {
    const { authenticator, changes, reads } = services;
    const signed = await authenticator.findByHeaders((name) => context.req.header(name));
    if (signed === null) throw new ApiError('unauthenticated');
    takeRequest(context.req.method === 'GET' ? reads : changes, signed.user);
    context.set('user', signed.user);
    await next();
  });

/** @throws ApiError `too-many` */
export function takeRequest(gate: KeyedRateLimiter, user: User): void {
  if (!gate.tryTake(user.id, Date.now())) throw new ApiError('too-many', { retryAfterMs: 1_000 });
}
