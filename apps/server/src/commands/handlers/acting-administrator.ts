/** Who may give a command of administrators, in its transaction: AD7, AD8 in `accounts/README.md`. */
import { findSession, isConfirmed } from '../../storage/sessions.ts';
import { findUser } from '../../storage/users.ts';
import type { ActingAdministrator } from '../command-runner.ts';
import type { HandlerContext } from '../handler.ts';
import { forbidden, type Refused } from './outcomes.ts';

type Context = Pick<HandlerContext, 'db' | 'user' | 'at'>;

/** @returns why this person may not; null: they may. */
export async function refuseAdministration(
  { db, user }: Context,
  { isNamed }: ActingAdministrator,
): Promise<Refused | null> {
  const isAdministrator = isNamed || (await findUser(db, user))?.is_administrator === 1;
  return isAdministrator ? null : forbidden('administrators-only');
}

/** Of a change of who has power: somebody who finds an open page makes no administrator of themselves. */
export async function refuseUnconfirmed(
  context: Context,
  by: ActingAdministrator,
): Promise<Refused | null> {
  const refused = await refuseAdministration(context, by);
  if (refused !== null) return refused;
  const { db, user, at } = context;
  const current = await findSession(db, by.session);
  const isSure = current?.user === user && isConfirmed(current, at);
  return isSure ? null : forbidden('confirm-first');
}
