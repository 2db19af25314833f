/** Dependencies of the routes, and the caller of a request. */
import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { createMiddleware } from 'hono/factory';
import { TOKEN_HEADER, type User } from '@tandem/protocol';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Database } from '../storage/tables.ts';
import type { Engine } from '../engine/port.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { Log } from '../runtime/log.ts';
import type { People, SignedIn } from '../accounts/people.ts';
import { readSessionCookie } from '../accounts/session-cookie.ts';
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
  readonly rooms: Rooms;
  readonly welcome: (user: User) => Promise<void>;
  readonly addressOf: (request: IncomingMessage) => string | null;
  /** By address: sessions of new guests. */
  readonly guests: KeyedRateLimiter;
  /** By user: requests that change something. */
  readonly changes: KeyedRateLimiter;
  /** By user: all others. */
  readonly reads: KeyedRateLimiter;
  readonly log: Log;
}

export interface ApiEnvironment {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly user: User };
}

/** By the cookie; by the session's token where the browser or a proxy drops cookies. */
export async function findCaller(
  header: (name: string) => string | undefined,
  { people, tokens }: Pick<ApiServices, 'people' | 'tokens'>,
): Promise<SignedIn | null> {
  const cookie = readSessionCookie(header('Cookie'));
  const known = cookie === null ? null : await people.findByCookie(cookie);
  if (known !== null) return known;
  const token = header(TOKEN_HEADER);
  const claim = token === undefined ? null : await tokens.verify(token);
  if (claim === null || claim.session === null) return null;
  const user = await people.findByClaim(claim);
  return user === null ? null : { user, session: claim.session };
}

/** Middleware: requires a session, and limits its request rate. */
export const signedIn = (services: Pick<ApiServices, 'people' | 'tokens' | 'changes' | 'reads'>) =>
  createMiddleware<ApiEnvironment>(async (context, next) => {
    const { changes, reads } = services;
    const signed = await findCaller((name) => context.req.header(name), services);
    if (signed === null) throw new ApiError('unauthenticated');
    takeRequest(context.req.method === 'GET' ? reads : changes, signed.user);
    context.set('user', signed.user);
    await next();
  });

/** @throws ApiError `too-many` */
export function takeRequest(gate: KeyedRateLimiter, user: User): void {
  if (!gate.tryTake(user.id, Date.now())) throw new ApiError('too-many', { retryAfterMs: 1_000 });
}
