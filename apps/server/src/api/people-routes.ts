/** The caller's profile, and the people whom the caller has met. */
import { Hono } from 'hono';
import { librarySearch, profilePatch, type MetPeople } from '@tandem/protocol';
import type { Directory, DirectoryPeople } from '@tandem/protocol/directory';
import { ApiError } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { searchDirectory } from '../storage/directory.ts';
import { findGroups } from '../storage/groups.ts';
import { findMetPeople } from '../storage/people.ts';
import type { Administrators } from '../accounts/administrators.ts';
import type { People } from '../accounts/people.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { readBody } from './request-body.ts';

export interface PeopleRoutesOptions {
  readonly db: Database;
  readonly people: People;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly signedIn: SignedInMiddleware;
  readonly directory: Directory;
  readonly directoryRate: KeyedRateLimiter;
  readonly administrators: Pick<Administrators, 'has'>;
}

const RETRY_MS = 2_000;

export function peopleRoutes({
  db,
  people,
  runner,
  signedIn,
  directory,
  directoryRate,
  administrators,
}: PeopleRoutesOptions) {
  return new Hono<ApiEnvironment>()
    .get('/me', signedIn, (context) => context.json(context.get('user')))
    .patch('/me', signedIn, async (context) => {
      const { user, session } = context.var;
      const input = await readBody(context, profilePatch);
      const call = { name: 'profile:change', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.json(await people.find(user.id));
    })
    .get('/people', signedIn, async (context) => {
      const search = librarySearch.safeParse(context.req.query('search') ?? '');
      if (!search.success)
        throw new ApiError('bad-message', { detail: '"search" is a short text.' });
      const met = await findMetPeople(db, context.get('user').id, search.data);
      return context.json({ people: met } satisfies MetPeople);
    })
    .get('/directory', signedIn, async (context) => {
      const { id: user } = context.get('user');
      const search = librarySearch.safeParse(context.req.query('search') ?? '');
      if (!search.success)
        throw new ApiError('bad-message', { detail: '"search" is a short text.' });
      if (!directoryRate.tryTake(user)) throw new ApiError('too-many', { retryAfterMs: RETRY_MS });
      const found = await searchDirectory(db, { user, directory, search: search.data });
      const groups =
        directory === 'off'
          ? []
          : await findGroups(db, {
              ...{ user, search: search.data },
              isAdministrator: administrators.has(user),
            });
      return context.json({ people: found, groups } satisfies DirectoryPeople);
    });
}
