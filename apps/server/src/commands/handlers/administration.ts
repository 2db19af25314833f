/** Commands of administrators: AC12 to AC14 and AD7 in `accounts/README.md`. */
import {
  MAX_INVITATIONS,
  type ServerSettings,
  type ServerSettingsPatch,
} from '@tandem/protocol/accounts';
import { ACCOUNTS } from '../../storage/limits.ts';
import { addOneTime, listOneTime, takeOneTime } from '../../storage/one-time-tokens.ts';
import { readServerSettings, writeServerSettings } from '../../storage/server-settings.ts';
import { hasAccounts } from '../../storage/users.ts';
import type { HandlerTable } from '../handler.ts';
import { refuseAdministration } from './acting-administrator.ts';
import { DONE, forbidden } from './outcomes.ts';

type AdministrationHandlers = Pick<
  HandlerTable,
  'account:invite' | 'account:end-invitation' | 'settings:change'
>;

export const administrationHandlers: AdministrationHandlers = {
  async 'account:invite'(context, { tokenHash: hash, by }) {
    const { db, user, at, audit } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    const open = await listOneTime(db, { purpose: 'invitation', at, limit: MAX_INVITATIONS });
    if (open.length >= MAX_INVITATIONS) return forbidden('too-many-invitations');
    const expiresAt = at + ACCOUNTS.invitationLifetimeMs;
    await addOneTime(db, { hash, purpose: 'invitation', subject: user, at, expiresAt });
    audit({ action: 'invitation:created', detail: {} });
    return DONE;
  },

  async 'account:end-invitation'(context, { tokenHash: hash, by }) {
    const { db, at, audit } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    const taken = await takeOneTime(db, { hash, purpose: 'invitation', at });
    if (taken !== null) audit({ action: 'invitation:withdrawn', detail: {} });
    return DONE;
  },

  async 'settings:change'(context, { by, ...patch }) {
    const { db, audit } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    if (patch.signIn === 'required' && !(await hasAccounts(db))) return forbidden('last-way-in');
    const changed = changedSettings(await readServerSettings(db), patch);
    await writeServerSettings(db, patch);
    if (Object.keys(changed).length > 0) audit({ action: 'settings:changed', detail: changed });
    return { kind: 'done', effects: [{ kind: 'settings-changed' }] };
  },
};

function changedSettings(
  { signIn, registration }: ServerSettings,
  patch: ServerSettingsPatch,
): ServerSettingsPatch {
  return {
    ...(patch.signIn === undefined || patch.signIn === signIn ? {} : { signIn: patch.signIn }),
    ...(patch.registration === undefined || patch.registration === registration
      ? {}
      : { registration: patch.registration }),
  };
}
