/** Commands of administrators about people: AD3 to AD8 in `accounts/README.md`. */
import { setBlocked } from '../../storage/administered-people.ts';
import { listAdministrators, setAdministrator } from '../../storage/identities.ts';
import { deleteOneTimeOf } from '../../storage/one-time-tokens.ts';
import { hasWay } from '../../storage/passkeys.ts';
import { deleteSessionsOf } from '../../storage/sessions.ts';
import type { UserRow } from '../../storage/tables/accounts.ts';
import { findUser } from '../../storage/users.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { endAllElse, endedEffects, notify, removePasskeys } from './accounts.ts';
import { refuseAdministration, refuseUnconfirmed } from './acting-administrator.ts';
import { DONE, forbidden, notFound, type Refused } from './outcomes.ts';

type PeopleHandlers = Pick<
  HandlerTable,
  'person:administer' | 'person:block' | 'person:end-sessions'
>;

export const peopleHandlers: PeopleHandlers = {
  async 'person:administer'(context, { person, isAdministrator, by }) {
    const { db, audit } = context;
    const refused = await refuseUnconfirmed(context, by);
    if (refused !== null) return refused;
    const account = await findAccount(context, person);
    if (account.kind === 'refused') return account;
    const { row } = account;
    if ((row.is_administrator === 1) === isAdministrator) return DONE;
    if (isAdministrator && row.blocked_at !== null) return forbidden('blocked-first');
    if (!isAdministrator && (await listAdministrators(db)).length === 1)
      return forbidden('last-administrator');
    await setAdministrator(db, person, isAdministrator);
    if (!isAdministrator) await deleteOneTimeOf(db, { purpose: 'invitation', subject: person });
    const action = isAdministrator ? 'administrator:added' : 'administrator:removed';
    audit({ action, person, detail: {} });
    return { kind: 'done', effects: [{ kind: 'administrators-changed' }] };
  },

  async 'person:block'(context, { person, isBlocked, by }) {
    const { db, user, at, audit } = context;
    const refused = await refuseUnconfirmed(context, by);
    if (refused !== null) return refused;
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

  async 'person:end-sessions'(context, { person, removesPasskeys, keeps, by }) {
    const { db, user, audit } = context;
    const refuse = removesPasskeys ? refuseUnconfirmed : refuseAdministration;
    const refused = await refuse(context, by);
    if (refused !== null) return refused;
    if (person === user) return forbidden('not-yourself');
    if ((await findUser(db, person))?.is_administrator === 1)
      return forbidden('administrator-first');
    if (removesPasskeys) {
      if (keeps === null || !(await hasWay(db, person, keeps))) return forbidden('only-passkeys');
      if ((await removePasskeys(context, person)) > 0)
        await notify(context, 'passkeys-removed-by-administrator', person);
    }
    const effects = removesPasskeys
      ? await endAllElse(db, person, null)
      : endedEffects(person, await deleteSessionsOf(db, person, { except: null }));
    if (effects.length === 0) return DONE;
    audit({ action: 'person:signed-out', person, detail: { count: effects.length } });
    return { kind: 'done', effects };
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
