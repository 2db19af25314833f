/** People, pages on the web, and how much there is, for administrators: AD1 to AD9 in `accounts/README.md`. */
import { Hono } from 'hono';
import { publicationIn } from '@tandem/protocol/public-pages';
import {
  peopleQuery,
  personPatch,
  personSessionsEnd,
  type PeoplePage,
  type ServerFigures,
} from '@tandem/protocol/administration';
import type { Administrators } from '../accounts/administrators.ts';
import type { CommandRunner, ServerCall } from '../commands/command-runner.ts';
import { ApiError } from '../http/api-error.ts';
import { systemClock } from '../runtime/clock.ts';
import { listPeople, type PersonRow } from '../storage/administered-people.ts';
import type { Database } from '../storage/tables.ts';
import { toUser } from '../storage/users.ts';
import { actingIn, administratorGuard } from './administrator-guard.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { readBody } from './request-body.ts';
import type { SignInWays } from './sign-in-ways.ts';

export interface PeopleAdministrationOptions {
  readonly db: Database;
  readonly administrators: Administrators;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly ways: SignInWays;
  readonly readFigures: () => Promise<ServerFigures>;
  readonly signedIn: SignedInMiddleware;
}

export function peopleAdministrationRoutes(options: PeopleAdministrationOptions) {
  const { db, administrators, runner, ways, readFigures, signedIn } = options;
  const administrator = administratorGuard(administrators);

  const toPerson = (row: PersonRow): PeoplePage['people'][number] => ({
    user: toUser(row),
    isGuest: row.registered_at === null,
    email: row.email,
    administrator: administrators.isNamed(row.id)
      ? 'setting'
      : row.is_administrator === 1
        ? 'yes'
        : 'no',
    isBlocked: row.blocked_at !== null,
    createdAt: row.registered_at ?? row.created_at,
    seenAt: row.seenAt,
    sessions: row.sessions,
    passkeys: row.passkeys,
  });

  return new Hono<ApiEnvironment>()
    .get('/server/people', signedIn, administrator, async (context) => {
      const query = peopleQuery.safeParse(context.req.query());
      if (!query.success)
        throw new ApiError('bad-message', { detail: 'These filters of people are not known.' });
      const { people, next } = await listPeople(db, { ...query.data, at: systemClock.now() });
      return context.json({ people: people.map(toPerson), next } satisfies PeoplePage);
    })
    .patch('/server/people/:person', signedIn, administrator, async (context) => {
      const change = await readBody(context, personPatch);
      const person = context.req.param('person');
      // The setting is the operator's, and the database does not know it. It is their way back to a blocked account.
      const isUnblocked = 'isBlocked' in change && !change.isBlocked;
      if (administrators.isNamed(person) && !isUnblocked)
        throw new ApiError('forbidden', { detail: NAMED });
      const { user, session } = context.var;
      const by = actingIn(context, administrators);
      const call: ServerCall =
        'isBlocked' in change
          ? { name: 'person:block', input: { person, ...change, by } }
          : { name: 'person:administer', input: { person, ...change, by } };
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/server/people/:person/sessions/end', signedIn, administrator, async (context) => {
      const { removesPasskeys } = await readBody(context, personSessionsEnd);
      const { user, session } = context.var;
      const person = context.req.param('person');
      if (administrators.isNamed(person)) throw new ApiError('forbidden', { detail: NAMED });
      const by = actingIn(context, administrators);
      const keeps = removesPasskeys ? await ways.findIdentity(person) : null;
      const input = { person, removesPasskeys, keeps, by };
      const call = { name: 'person:end-sessions', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .delete('/server/publications/:publication', signedIn, administrator, async (context) => {
      const { user, session } = context.var;
      const by = actingIn(context, administrators);
      const publication = publicationIn(context.req.param('publication'));
      if (publication === null) throw new ApiError('not-found', { detail: NO_PAGE });
      const call = { name: 'publication:take-down', input: { publication, by } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .get('/server/figures', signedIn, administrator, async (context) =>
      context.json(await readFigures()),
    );
}

const NO_PAGE = 'This is no address of a page on the web.';
const NAMED =
  'This person is an administrator by the setting ADMINISTRATORS of the server. Ask the person who runs it.';
