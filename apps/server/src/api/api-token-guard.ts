/** Lets requests with an API token through to the routes that its scopes allow: AT3, AT4 in `accounts/README.md`. */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { includesScope } from '@tandem/protocol/api-tokens';
import type { Authenticator } from '../accounts/authenticator.ts';
import { ApiError } from '../http/api-error.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { scopeOf } from './route-scopes.ts';

/** Stands before all routes, also those that ask nobody who they are. */
export function apiTokenGuard(
  authenticator: Pick<Authenticator, 'findByApiToken'>,
): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const holder = await authenticator.findByApiToken((name) => context.req.header(name));
    if (holder === undefined) return await next();
    if (holder === null) throw new ApiError('unauthenticated', { detail: NOT_VALID });
    const scope = scopeOf(addressOf(context));
    if (scope === 'never') throw new ApiError('forbidden', { detail: NOT_FOR_TOKENS });
    if (scope !== 'any' && !includesScope(holder.scopes, scope))
      throw new ApiError('forbidden', { detail: `This API token lacks the scope "${scope}".` });
    context.set('tokenHolder', holder);
    await next();
  };
}

/** Such as `GET /documents/:id`. */
function addressOf(context: Context): string {
  // The first one that matches answers; middleware has all methods.
  const route = matchedRoutes(context).find(({ method }) => method !== ALL_METHODS);
  return `${route?.method} ${route?.path.slice(API.length)}`;
}

const ALL_METHODS = 'ALL';
const API = '/api';

const NOT_VALID =
  'This API token is not valid: it has expired or was revoked. Create another one in your account.';
const NOT_FOR_TOKENS = 'This address is not for API tokens. Sign in with a browser to do this.';
