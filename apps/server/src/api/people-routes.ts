/** The caller's profile, and the people whom the caller has met. */
import { Hono } from 'hono';
import { librarySearch, profilePatch, type MetPeople } from '@tandem/protocol';
import { ApiError } from '../http/api-error.ts';
import { findMetPeople } from '../storage/people.ts';
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
}

export function peopleRoutes({ db, people, runner, signedIn }: PeopleRoutesOptions) {
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
    });
}
