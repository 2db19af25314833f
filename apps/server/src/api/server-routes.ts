/** Settings of the server and invitations, for its administrators: AC12 to AC14 in `accounts/README.md`. */
import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import {
  invitationEnd,
  MAX_INVITATIONS,
  serverSettingsPatch,
  type NewInvitation,
  type ServerAdministration,
} from '@tandem/protocol/accounts';
import type { Administrators } from '../accounts/administrators.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { ACCOUNTS } from '../storage/limits.ts';
import { systemClock } from '../runtime/clock.ts';
import { readServerSettings } from '../storage/server-settings.ts';
import { listOneTime, oneTimeHash } from '../storage/one-time-tokens.ts';
import type { Database } from '../storage/tables.ts';
import { actingIn, administratorGuard } from './administrator-guard.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { readBody } from './request-body.ts';

export interface ServerRoutesOptions {
  readonly db: Database;
  readonly administrators: Administrators;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly signedIn: SignedInMiddleware;
}

export function serverRoutes({ db, administrators, runner, signedIn }: ServerRoutesOptions) {
  const administrator = administratorGuard(administrators);

  return new Hono<ApiEnvironment>()
    .get('/server', signedIn, administrator, async (context) => {
      const at = systemClock.now();
      const open = await listOneTime(db, { purpose: 'invitation', at, limit: MAX_INVITATIONS });
      const answer: ServerAdministration = {
        settings: await readServerSettings(db),
        invitations: open.map(({ token_hash, created_at, expires_at }) => ({
          id: token_hash,
          createdAt: created_at,
          expiresAt: expires_at,
        })),
      };
      return context.json(answer);
    })
    .patch('/server', signedIn, administrator, async (context) => {
      const input = await readBody(context, serverSettingsPatch);
      const { user, session } = context.var;
      const by = actingIn(context, administrators);
      const call = { name: 'settings:change', input: { ...input, by } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/server/invitations', signedIn, administrator, async (context) => {
      const token = randomBytes(ACCOUNTS.oneTimeBytes).toString('base64url');
      const { user, session } = context.var;
      const by = actingIn(context, administrators);
      const input = { tokenHash: oneTimeHash(token), by };
      await runCommand(runner, { user: user.id, session, call: { name: 'account:invite', input } });
      const expiresAt = systemClock.now() + ACCOUNTS.invitationLifetimeMs;
      return context.json({ token, expiresAt } satisfies NewInvitation);
    })
    .post('/server/invitations/end', signedIn, administrator, async (context) => {
      const { invitation: tokenHash } = await readBody(context, invitationEnd);
      const { user, session } = context.var;
      const by = actingIn(context, administrators);
      const call = { name: 'account:end-invitation', input: { tokenHash, by } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    });
}
