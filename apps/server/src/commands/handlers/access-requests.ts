/** Commands of people who ask for access to a document, and of those who answer (PO7 to PO10). */
import { ACCESS_REQUESTS } from '../../storage/limits.ts';
import {
  countAccessRequest,
  countOpenRequests,
  countRequestsOf,
  declineAccessRequest,
  findAccessRequest,
  putAccessRequest,
  requestCause,
} from '../../storage/access-requests.ts';
import { givenRoles } from '../../storage/member-roles.ts';
import { findAccess } from '../../storage/roles.ts';
import { isHiddenByTrash, standingIn } from '../../storage/standing.ts';
import { findUser } from '../../storage/users.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { authorize } from './authorize.ts';
import { notifyOfRequest, withdraw } from './notifications.ts';
import { DONE, forbidden } from './outcomes.ts';
import { grantRole } from './role-grants.ts';

type AccessRequestHandlers = Pick<HandlerTable, 'access:request' | 'access:answer'>;

export const accessRequestHandlers: AccessRequestHandlers = {
  /** What the person gets back is the same for every document that they may not read, be there one or not (PO8). */
  async 'access:request'(context, { document, message }) {
    const { db, user, at } = context;
    const access = await findAccess(db, document);
    const isReadable = access !== null && standingIn(access, user) !== null;
    if (isReadable || (access !== null && isHiddenByTrash(access, user))) return DONE;
    const earlier = await findAccessRequest(db, { document, user });
    const declinedAt = earlier?.declined_at ?? null;
    const since = at - ACCESS_REQUESTS.windowMs;
    const isCounted = earlier !== undefined && earlier.at > since;
    // The limit is asked first, and a repeated one counts again after the day, whatever was answered (PO8).
    if (!isCounted && (await countRequestsOf(db, user, since)) >= ACCESS_REQUESTS.perPerson)
      return forbidden('too-many-requests');
    if (declinedAt !== null && declinedAt > at - ACCESS_REQUESTS.repeatMs) {
      if (!isCounted) await countAccessRequest(db, { document, user, at });
      return DONE;
    }
    const text = earlier?.message || message;
    if (!isCounted || declinedAt !== null)
      await putAccessRequest(db, { document, user, message: text, at });
    // An open one that is repeated reaches an owner whom it has not reached yet, and nobody twice.
    const others = await countOpenRequests(db, { document, user });
    if (others < ACCESS_REQUESTS.perDocument) await notifyOfRequest(context, { document, text });
    return DONE;
  },

  async 'access:answer'(context, { document, user: asked, role }) {
    const { db, at } = context;
    const otherwise = 'not-your-members';
    const permission = await authorize(context, { document, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const target = await findAsker(context, asked);
    const user = target?.id ?? asked;
    const request = await findAccessRequest(db, { document, user });
    if (target === undefined || request === undefined || request.declined_at !== null) {
      // The first answer counts; another owner may have given the same one (PO10).
      const given = (await givenRoles(db, document)).get(user) ?? null;
      if (given !== role) return forbidden('request-over');
      await withdraw(context, { document, cause: requestCause(user) });
      return DONE;
    }
    if (role !== null) return await grantRole(context, { document, target, role });
    await declineAccessRequest(db, { document, user, at });
    context.audit({ action: 'access:declined', document, person: user, detail: {} });
    await withdraw(context, { document, cause: requestCause(user) });
    return DONE;
  },
};

/** A guest who asked may be a part of an account by now. */
async function findAsker({ db }: HandlerContext, user: string) {
  const asker = await findUser(db, user);
  return asker?.merged_into == null ? asker : await findUser(db, asker.merged_into);
}
