/** Commands of administrators about people: AD3 to AD5 in `accounts/README.md`. The route has checked who they are. */
import { setBlocked } from '../../storage/administered-people.ts';
import { listAdministrators, setAdministrator } from '../../storage/identities.ts';
import { deleteSessionsOf } from '../../storage/sessions.ts';
import type { UserRow } from '../../storage/tables.ts';
import { findUser } from '../../storage/users.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { endedEffects } from './accounts.ts';
import { DONE, forbidden, notFound, type Refused } from './outcomes.ts';

type PeopleHandlers = Pick<
  HandlerTable,
  'person:administer' | 'person:block' | 'person:end-sessions'
>;

export const peopleHandlers: PeopleHandlers = {
  async 'person:administer'(context, { person, isAdministrator }) {
    const { db, audit } = context;
    const account = await findAccount(context, person);
    if (account.kind === 'refused') return account;
    const { row } = account;
    if ((row.is_administrator === 1) === isAdministrator) return DONE;
    if (isAdministrator && row.blocked_at !== null) return forbidden('blocked-first');
    if (!isAdministrator && (await listAdministrators(db)).length === 1)
      return forbidden('last-administrator');
    await setAdministrator(db, person, isAdministrator);
    const action = isAdministrator ? 'administrator:added' : 'administrator:removed';
    audit({ action, person, detail: {} });
    return { kind: 'done', effects: [{ kind: 'administrators-changed' }] };
  },

  async 'person:block'(context, { person, isBlocked }) {
    const { db, user, at, audit } = context;
    if (person === user) return forbidden('not-yourself');
    const account = await findAccount(context, person);
    if (account.kind === 'refused') return account;
    const { row } = account;
    if ((row.blocked_at !== null) === isBlocked) return DONE;
    if (isBlocked && row.is_administrator === 1) return forbidden('administrator-first');
    await setBlocked(db, person, isBlocked ? at : null);
    audit({ action: isBlocked ? 'person:blocked' : 'person:unblocked', person, detail: {} });
    if (!isBlocked) return DONE;
    const ended = await deleteSessionsOf(db, person, { except: null });
    return { kind: 'done', effects: endedEffects(person, ended) };
  },

  async 'person:end-sessions'({ db, user, audit }, { person }) {
    if (person === user) return forbidden('not-yourself');
    const ended = await deleteSessionsOf(db, person, { except: null });
    if (ended.length === 0) return DONE;
    audit({ action: 'person:signed-out', person, detail: { count: ended.length } });
    return { kind: 'done', effects: endedEffects(person, ended) };
  },
};

async function findAccount(
  { db }: HandlerContext,
  person: string,
): Promise<{ readonly kind: 'found'; readonly row: UserRow } | Refused> {
  const row = await findUser(db, person);
  if (row === undefined) return notFound('person');
  return row.registered_at === null ? forbidden('account-needed') : { kind: 'found', row };
}
