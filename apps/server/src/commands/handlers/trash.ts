/** Commands that move documents into the trash and out of it. */
import { libraryKey, trashKey } from '../../storage/channel-key.ts';
import {
  addVisit,
  findListing,
  findVisitors,
  toListed,
  type Listing,
} from '../../storage/documents.ts';
import { standingsIn } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import { purgeMetadata, setTrashed } from '../../storage/trash.ts';
import type { Effect } from '../command-runner.ts';
import { purgeJob } from '../document-purge.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE } from './outcomes.ts';

type TrashHandlers = Pick<
  HandlerTable,
  'document:trash' | 'document:restore' | 'document:purge' | 'document:expire'
>;

const otherwise = 'not-yours-to-trash';

export const trashHandlers: TrashHandlers = {
  async 'document:trash'(context, { document: id }) {
    const { db, user, at, publish } = context;
    const permission = await authorize(context, { document: id, action: 'trash', otherwise });
    if (permission.kind === 'refused') return permission;
    const { kind, title, excerpt } = permission.entry.document;
    await setTrashed(db, id, at);
    publish(trashKey(user), {
      name: 'document:trashed',
      document: { id, kind, title, excerpt, trashedAt: at },
    });
    const effects: Effect[] = [{ kind: 'access-changed', document: id }];
    for (const { user: visitor } of await findListers(db, { document: id, owner: user })) {
      publish(libraryKey(visitor), { name: 'document:unlisted', document: id });
      effects.push({ kind: 'unlisted', document: id, user: visitor });
    }
    return { kind: 'done', effects };
  },

  async 'document:restore'(context, { document: id }) {
    const { db, user, at, publish } = context;
    const permission = await authorize(context, { document: id, action: 'restore', otherwise });
    if (permission.kind === 'refused') return permission;
    await setTrashed(db, id, null);
    publish(trashKey(user), { name: 'document:restored', document: id });
    // The owner finds it again, also one that was not on their list.
    if ((await findListing(db, { user, document: id })) === undefined)
      await addVisit(db, { user, document: id, at });
    const { document } = permission.entry;
    const standingOf = await standingsIn(db, id);
    const effects: Effect[] = [{ kind: 'access-changed', document: id }];
    for (const { user: visitor, ...listing } of await findListers(db, {
      document: id,
      owner: user,
    })) {
      const role = standingOf(visitor)?.role;
      if (role === undefined) continue;
      const listed = toListed({ document, role, ...listing });
      publish(libraryKey(visitor), { name: 'document:listed', document: listed });
      effects.push({ kind: 'listed', document: id, user: visitor });
    }
    return { kind: 'done', effects };
  },

  async 'document:purge'(context, { document }) {
    const permission = await authorize(context, { document, action: 'purge', otherwise });
    return permission.kind === 'refused' ? permission : await purge(context, document);
  },

  async 'document:expire'(context, { document, before }) {
    const permission = await authorize(context, { document, action: 'purge', otherwise });
    if (permission.kind === 'refused') return permission;
    // Its owner may have restored it, and moved it to the trash again.
    const isExpired = (permission.entry.document.trashed_at ?? before) < before;
    return isExpired ? await purge(context, document) : DONE;
  },
};

async function purge(
  { db, user, at, publish, enqueue }: HandlerContext,
  document: string,
): Promise<Outcome> {
  await purgeMetadata(db, { document, owner: user, at });
  enqueue(purgeJob(document));
  publish(trashKey(user), { name: 'document:purged', document });
  return { kind: 'done', effects: [{ kind: 'access-changed', document }] };
}

/** The last visitors, and the owner in any case. */
async function findListers(
  db: Database,
  { document, owner }: { readonly document: string; readonly owner: string },
): Promise<(Listing & { readonly user: string })[]> {
  const visitors = await findVisitors(db, document);
  if (visitors.some(({ user }) => user === owner)) return visitors;
  const listing = await findListing(db, { user: owner, document });
  return listing === undefined ? visitors : [...visitors, { user: owner, ...listing }];
}
