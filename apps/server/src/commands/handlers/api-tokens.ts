/** Commands about a person's API tokens: AT1, AT5 in `accounts/README.md`. */
import { MAX_API_TOKENS } from '@tandem/protocol';
import { addApiToken, deleteApiTokensOf, listApiTokens } from '../../storage/api-tokens.ts';
import { findSession, isConfirmed } from '../../storage/sessions.ts';
import { findUser } from '../../storage/users.ts';
import type { HandlerTable } from '../handler.ts';
import { DONE, forbidden } from './outcomes.ts';

type ApiTokenHandlers = Pick<HandlerTable, 'account:create-token' | 'account:end-token'>;

const DAY_MS = 24 * 60 * 60_000;

export const apiTokenHandlers: ApiTokenHandlers = {
  async 'account:create-token'({ db, user, at, audit }, { days, session, ...token }) {
    const row = await findUser(db, user);
    if (row === undefined || row.registered_at === null) return forbidden('account-first');
    const current = await findSession(db, session);
    if (current?.user !== user || !isConfirmed(current, at)) return forbidden('confirm-first');
    const existing = await listApiTokens(db, { user, at });
    if (existing.length >= MAX_API_TOKENS) return forbidden('too-many-tokens');
    const expiresAt = days === null ? null : at + days * DAY_MS;
    await addApiToken(db, { ...token, user, at, expiresAt });
    audit({ action: 'token:created', detail: { scopes: [...new Set(token.scopes)], days } });
    return DONE;
  },

  async 'account:end-token'({ db, user, audit }, { id }) {
    if (await deleteApiTokensOf(db, user, id)) audit({ action: 'token:ended', detail: {} });
    return DONE;
  },
};
