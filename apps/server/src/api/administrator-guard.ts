/** Admits administrators of this server only: AC14 in `accounts/README.md`. Comes after the check of the session. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Administrators } from '../accounts/administrators.ts';
import type { ActingAdministrator } from '../commands/command-runner.ts';
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

/** What the transaction of a command needs to look up whether its author still is one (AD7). */
export function actingIn(
  context: Pick<Context<ApiEnvironment>, 'var'>,
  administrators: Administrators,
): ActingAdministrator {
  const { user, session } = context.var;
  return { isNamed: administrators.hasBySetting(user.id), session };
}
