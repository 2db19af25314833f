/** Settings that administrators change while the server runs. What is not stored has its first value. */
import {
  REGISTRATION,
  SIGN_IN,
  type ServerSettings,
  type ServerSettingsPatch,
} from '@tandem/protocol/accounts';
import type { Database } from './tables.ts';
import type { SettingTable } from './tables/accounts.ts';

export const FIRST_SETTINGS: ServerSettings = { signIn: 'optional', registration: 'open' };

export async function readServerSettings(db: Database): Promise<ServerSettings> {
  const rows = await db.selectFrom('setting').selectAll().execute();
  const stored = new Map(rows.map(({ name, value }) => [name, value]));
  const known = <V extends string>(name: SettingTable['name'], values: readonly V[]) =>
    values.find((value) => value === stored.get(name));
  return {
    signIn: known('sign-in', SIGN_IN) ?? FIRST_SETTINGS.signIn,
    registration: known('registration', REGISTRATION) ?? FIRST_SETTINGS.registration,
  };
}

export async function writeServerSettings(
  db: Database,
  { signIn, registration }: ServerSettingsPatch,
): Promise<void> {
  const values: SettingTable[] = [];
  if (signIn !== undefined) values.push({ name: 'sign-in', value: signIn });
  if (registration !== undefined) values.push({ name: 'registration', value: registration });
  for (const { name, value } of values)
    await db
      .insertInto('setting')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
}
