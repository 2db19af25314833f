/** Admits administrators of this server only: AC14 in `accounts/README.md`. Comes after the check of the session. */
import { createMiddleware } from 'hono/factory';
import type { Administrators } from '../accounts/administrators.ts';
import { ApiError } from '../http/api-error.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';

export function administratorGuard(administrators: Administrators): SignedInMiddleware {
  return createMiddleware<ApiEnvironment>(async (context, next) => {
    if (!administrators.has(context.var.user.id))
      throw new ApiError('forbidden', {
        detail: 'Only administrators of this server may do this.',
      });
    await next();
  });
}
