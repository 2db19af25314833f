/** A person's API tokens: AT1, AT2 and AT9 in `accounts/README.md`. */
import { Hono } from 'hono';
import {
  apiTokenCreate,
  apiTokenEnd,
  type ApiTokens,
  type NewApiToken,
} from '@tandem/protocol/api-tokens';
import { createApiToken } from '../accounts/api-tokens.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { systemClock } from '../runtime/clock.ts';
import { apiTokenId, listApiTokens, scopesOf } from '../storage/api-tokens.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { readBody } from './request-body.ts';

export interface ApiTokenRoutesOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly signedIn: SignedInMiddleware;
}

export function apiTokenRoutes({ db, runner, signedIn }: ApiTokenRoutesOptions) {
  return new Hono<ApiEnvironment>()
    .get('/account/tokens', signedIn, async (context) => {
      const rows = await listApiTokens(db, { user: context.var.user.id, at: systemClock.now() });
      const answer: ApiTokens = {
        tokens: rows.map((row) => ({
          id: row.id,
          name: row.name,
          beginning: row.beginning,
          scopes: [...scopesOf(row)],
          createdAt: row.created_at,
          expiresAt: row.expires_at,
          usedAt: row.used_at,
        })),
      };
      return context.json(answer);
    })
    .post('/account/tokens', signedIn, async (context) => {
      const { name, scopes, days } = await readBody(context, apiTokenCreate);
      const { user, session } = context.var;
      const { token, beginning } = createApiToken();
      const input = { id: apiTokenId(token), name, beginning, scopes, days, session };
      const call = { name: 'account:create-token', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.json({ token } satisfies NewApiToken);
    })
    .post('/account/tokens/end', signedIn, async (context) => {
      const { token: id } = await readBody(context, apiTokenEnd);
      const { user, session } = context.var;
      const call = { name: 'account:end-token', input: { id } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    });
}
