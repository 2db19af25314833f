/** Commands about groups: GR1 to GR9 of PROTOCOL.md. */
import {
  MAX_DOCUMENT_GROUPS,
  MAX_GROUP_DOCUMENTS,
  MAX_GROUP_PEOPLE,
  MAX_GROUPS,
} from '@tandem/protocol';
import { endAccessRequests, requestCause } from '../../storage/access-requests.ts';
import { addVisit, findListers, NEVER_OPENED } from '../../storage/visits.ts';
import {
  addGroupMember,
  countGroups,
  createGroup,
  finishGroupDeletion,
  beginGroupDeletion,
  findGroup,
  groupRoles,
  isEnding,
  isInGroup,
  listGroupDocuments,
  readGroupMembers,
  removeGroupMember,
  renameGroup,
} from '../../storage/groups.ts';
import { setGroupRole, settleRoles, type Membership } from '../../storage/member-roles.ts';
import type { GivenRole } from '../../storage/standing.ts';
import { findUser } from '../../storage/users.ts';
import { groupEndJob } from '../group-end.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { refuseAdministration, refuseUnconfirmed } from './acting-administrator.ts';
import { authorize } from './authorize.ts';
import { changeAccess, changeAccessOfPerson } from './listing-changes.ts';
import { notifyOfShare, withdraw } from './notifications.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';
import { forgetLost, leaveLists } from './role-losses.ts';

type GroupHandlers = Pick<
  HandlerTable,
  | 'group:create'
  | 'group:rename'
  | 'group:delete'
  | 'group:join'
  | 'group:leave'
  | 'group:share'
  | 'group:end-role'
  | 'group:finish-deletion'
>;

export const groupHandlers: GroupHandlers = {
  async 'group:create'(context, { group, name, by }) {
    const { db, at } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    if ((await countGroups(db)) >= MAX_GROUPS) return forbidden('too-many-groups');
    await createGroup(db, { id: group, name, at });
    context.audit({ action: 'group:created', detail: { group } });
    return DONE;
  },

  async 'group:rename'(context, { group, name, by }) {
    const { db } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    const row = await findGroup(db, group);
    if (row === undefined) return notFound('group');
    if (row.name === name) return DONE;
    await renameGroup(db, { id: group, name });
    context.audit({ action: 'group:renamed', detail: { group } });
    return DONE;
  },

  async 'group:delete'(context, { group, by }) {
    const { db, at } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    const isThere = (await findGroup(db, group)) !== undefined;
    // One that is being deleted is tried again, because its job may have failed.
    if (isThere || (await isEnding(db, group))) context.enqueue(groupEndJob(group));
    if (!isThere) return DONE;
    await beginGroupDeletion(db, group, at);
    context.audit({ action: 'group:deleted', detail: { group } });
    return DONE;
  },

  async 'group:join'(context, { group, person, by }) {
    const { db } = context;
    const refused = await refuseUnconfirmed(context, by);
    if (refused !== null) return refused;
    if ((await findGroup(db, group)) === undefined) return notFound('group');
    const row = await findUser(db, person);
    if (row === undefined) return notFound('person');
    if (row.registered_at === null) return forbidden('group-of-accounts');
    const members = await readGroupMembers(db, group);
    if (members.includes(person)) return DONE;
    if (members.length >= MAX_GROUP_PEOPLE) return forbidden('group-full');
    context.audit({ action: 'group:joined', person, detail: { group } });
    const documents = await listGroupDocuments(db, group);
    return await changeAccessOfPerson(context, {
      ...{ user: person, documents },
      async change() {
        await addGroupMember(db, { group, user: person });
        const { gained } = await settleRoles(db, { documents, users: [person] });
        await welcome(context, gained);
      },
    });
  },

  async 'group:leave'(context, { group, person, by }) {
    const { db } = context;
    const refused = await refuseAdministration(context, by);
    if (refused !== null) return refused;
    if (!(await isInGroup(db, { group, user: person }))) return DONE;
    context.audit({ action: 'group:left', person, detail: { group } });
    const documents = await listGroupDocuments(db, group);
    let lost: readonly Membership[] = [];
    const changed = await changeAccessOfPerson(context, {
      ...{ user: person, documents },
      async change() {
        await removeGroupMember(db, { group, user: person });
        ({ lost } = await settleRoles(db, { documents, users: [person] }));
        await leaveLists(db, lost);
      },
    });
    await forgetLost(context, lost);
    return changed;
  },

  async 'group:share'(context, { document, group, role, isNamed }) {
    const { db, user, directory } = context;
    const otherwise = 'not-your-members';
    const permission = await authorize(context, { document, action: 'share', otherwise });
    if (permission.kind === 'refused') return permission;
    const roles = await groupRoles(db, document);
    const before = roles.get(group) ?? null;
    const finds = async () =>
      directory !== 'off' &&
      (isNamed ||
        (await findUser(db, user))?.is_administrator === 1 ||
        (await isInGroup(db, { group, user })));
    // The same answer for a group that its author does not find as for one that does not exist.
    const isThere = (await findGroup(db, group)) !== undefined;
    const isKnown = before === null ? isThere && (await finds()) : isThere || role === null;
    if (!isKnown) return notFound('group');
    if (before === role) return DONE;
    if (before === null) {
      if (roles.size >= MAX_DOCUMENT_GROUPS) return forbidden('too-many-groups-here');
      if ((await listGroupDocuments(db, group)).length >= MAX_GROUP_DOCUMENTS)
        return forbidden('group-in-many');
    }
    context.audit({ action: 'group:shared', document, detail: { group, from: before, to: role } });
    return await changeRole(context, { document, group, role });
  },

  async 'group:end-role'(context, { document, group }) {
    const { db } = context;
    const from = (await groupRoles(db, document)).get(group) ?? null;
    const isEnded = (await findGroup(db, group)) === undefined;
    if (from === null || !isEnded) return DONE;
    const detail = { group, from, to: null };
    context.audit({ action: 'group:shared', actor: 'server', document, detail });
    return await changeRole(context, { document, group, role: null });
  },

  async 'group:finish-deletion'({ db }, { group }) {
    const isEnded = (await findGroup(db, group)) === undefined;
    if (isEnded && (await listGroupDocuments(db, group)).length === 0)
      await finishGroupDeletion(db, group);
    return DONE;
  },
};

/** Changes what one document gives to all people in a group. */
async function changeRole(
  context: HandlerContext,
  {
    document,
    group,
    role,
  }: { readonly document: string; readonly group: string; readonly role: GivenRole | null },
): Promise<Outcome> {
  const { db, at } = context;
  const users = await readGroupMembers(db, group);
  let settled: Awaited<ReturnType<typeof settleRoles>> = { gained: [], lost: [] };
  const changed = await changeAccess(context, document, async () => {
    await setGroupRole(db, { document, group_id: group, role, at });
    settled = await settleRoles(db, { documents: [document], users });
    await welcome(context, settled.gained);
    await leaveLists(db, settled.lost);
  });
  await forgetLost(context, settled.lost);
  const targets = settled.gained.map(({ user }) => user);
  await notifyOfShare(context, { document, targets });
  return changed;
}

/** The documents are on their lists, as new unless they are there (GR5), and what they asked for is answered (PO10). */
async function welcome(context: HandlerContext, gained: readonly Membership[]): Promise<void> {
  const { db } = context;
  for (const { document, user } of await endAccessRequests(db, gained))
    await withdraw(context, { document, cause: requestCause(user) });
  for (const { document, user } of gained) {
    if ((await findListers(db, [document], [user])).length === 0)
      await addVisit(db, { document, user, at: NEVER_OPENED });
  }
}
