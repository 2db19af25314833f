/** Commands of administrators: AC12 to AC14 in `accounts/README.md`. The route has checked who they are. */
import { MAX_INVITATIONS } from '@tandem/protocol/accounts';
import { ACCOUNTS } from '../../limits.ts';
import { addOneTime, listOneTime, takeOneTime } from '../../storage/one-time-tokens.ts';
import { hasIdentities } from '../../storage/identities.ts';
import { writeServerSettings } from '../../storage/server-settings.ts';
import type { HandlerTable } from '../handler.ts';
import { DONE, forbidden } from './outcomes.ts';

type AdministrationHandlers = Pick<
  HandlerTable,
  'account:invite' | 'account:end-invitation' | 'settings:change'
>;

export const administrationHandlers: AdministrationHandlers = {
  async 'account:invite'({ db, user, at }, { tokenHash: hash }) {
    const open = await listOneTime(db, { purpose: 'invitation', at, limit: MAX_INVITATIONS });
    if (open.length >= MAX_INVITATIONS) return forbidden('too-many-invitations');
    const expiresAt = at + ACCOUNTS.invitationLifetimeMs;
    await addOneTime(db, { hash, purpose: 'invitation', subject: user, at, expiresAt });
    return DONE;
  },

  async 'account:end-invitation'({ db, at }, { tokenHash: hash }) {
    await takeOneTime(db, { hash, purpose: 'invitation', at });
    return DONE;
  },

  async 'settings:change'({ db }, patch) {
    if (patch.signIn === 'required' && !(await hasIdentities(db))) return forbidden('last-way-in');
    await writeServerSettings(db, patch);
    return { kind: 'done', effects: [{ kind: 'settings-changed' }] };
  },
};
