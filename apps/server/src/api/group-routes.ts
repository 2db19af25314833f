/** Groups: GR1 to GR9 of PROTOCOL.md. */
import { Hono } from 'hono';
import { ulid } from 'ulid';
import {
  groupAddition,
  groupGrant,
  groupId,
  groupNaming,
  type AdministeredGroups,
  type DocumentGroups,
  type GroupPeople,
} from '@tandem/protocol/groups';
import type { Administrators } from '../accounts/administrators.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { ApiError } from '../http/api-error.ts';
import { findGroup, listDocumentGroups, listGroupPeople, listGroups } from '../storage/groups.ts';
import type { Database } from '../storage/tables.ts';
import { actingIn, administratorGuard } from './administrator-guard.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { requireAccess } from './document-access.ts';
import { readBody } from './request-body.ts';

export interface GroupRoutesOptions {
  readonly db: Database;
  readonly administrators: Administrators;
  readonly runner: Pick<CommandRunner, 'run'>;
}

const NO_GROUP = 'This group no longer exists.';

/** @throws ApiError */
function groupIn(address: string): string {
  const group = groupId.safeParse(address);
  if (!group.success) throw new ApiError('not-found', { detail: NO_GROUP });
  return group.data;
}

/** For administrators. */
export function groupAdministrationRoutes({
  db,
  administrators,
  runner,
  signedIn,
}: GroupRoutesOptions & { readonly signedIn: SignedInMiddleware }) {
  const administrator = administratorGuard(administrators);

  return new Hono<ApiEnvironment>()
    .get('/server/groups', signedIn, administrator, async (context) =>
      context.json({ groups: await listGroups(db) } satisfies AdministeredGroups),
    )
    .post('/server/groups', signedIn, administrator, async (context) => {
      const { name } = await readBody(context, groupNaming);
      const { user, session } = context.var;
      const group = ulid();
      const input = { group, name, by: actingIn(context, administrators) };
      const call = { name: 'group:create', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.json({ id: group });
    })
    .patch('/server/groups/:group', signedIn, administrator, async (context) => {
      const { name } = await readBody(context, groupNaming);
      const { user, session } = context.var;
      const group = groupIn(context.req.param('group'));
      const input = { group, name, by: actingIn(context, administrators) };
      const call = { name: 'group:rename', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .delete('/server/groups/:group', signedIn, administrator, async (context) => {
      const { user, session } = context.var;
      const group = groupIn(context.req.param('group'));
      const input = { group, by: actingIn(context, administrators) };
      const call = { name: 'group:delete', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .get('/server/groups/:group/people', signedIn, administrator, async (context) => {
      const group = groupIn(context.req.param('group'));
      if ((await findGroup(db, group)) === undefined)
        throw new ApiError('not-found', { detail: NO_GROUP });
      const people = await listGroupPeople(db, group);
      return context.json({ people } satisfies GroupPeople);
    })
    .post('/server/groups/:group/people', signedIn, administrator, async (context) => {
      const { person } = await readBody(context, groupAddition);
      const { user, session } = context.var;
      const group = groupIn(context.req.param('group'));
      const input = { group, person, by: actingIn(context, administrators) };
      const call = { name: 'group:join', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .delete('/server/groups/:group/people/:person', signedIn, administrator, async (context) => {
      const { user, session } = context.var;
      const group = groupIn(context.req.param('group'));
      const person = context.req.param('person');
      const input = { group, person, by: actingIn(context, administrators) };
      const call = { name: 'group:leave', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    });
}

/** For those who may share the document. */
export function documentGroupRoutes({ db, administrators, runner }: GroupRoutesOptions) {
  return new Hono<ApiEnvironment>()
    .get('/', async (context) => {
      const { document } = await requireAccess(db, context, { action: 'share' });
      const groups = await listDocumentGroups(db, document.id);
      return context.json({ groups } satisfies DocumentGroups);
    })
    .post('/', async (context) => {
      const { user, session } = context.var;
      const { group, role } = await readBody(context, groupGrant);
      const { document } = await requireAccess(db, context, { action: 'share' });
      const isNamed = administrators.hasBySetting(user.id);
      const input = { document: document.id, group, role, isNamed };
      const call = { name: 'group:share', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    });
}
