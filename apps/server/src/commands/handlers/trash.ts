/** Commands that move documents into the trash and out of it. */
import { libraryKey, trashKey } from '../../storage/channel-key.ts';
import { addVisit, findListing, findVisitors, toListed } from '../../storage/documents.ts';
import { standingsIn } from '../../storage/roles.ts';
import { purgeMetadata, setTrashed } from '../../storage/trash.ts';
import type { Effect } from '../command-runner.ts';
import { purgeJob } from '../document-purge.ts';
import type { HandlerTable } from '../handler.ts';
import { authorize } from './authorize.ts';

type TrashHandlers = Pick<HandlerTable, 'document:trash' | 'document:restore' | 'document:purge'>;

export const trashHandlers: TrashHandlers = {
  async 'document:trash'(context, { document: id }) {
    const { db, user, at, publish } = context;
    const otherwise = 'not-yours-to-trash';
    const permission = await authorize(context, { document: id, action: 'trash', otherwise });
    if (permission.kind === 'refused') return permission;
    const { kind, title, excerpt } = permission.entry.document;
    await setTrashed(db, id, at);
    publish(trashKey(user), {
      name: 'document:trashed',
      document: { id, kind, title, excerpt, trashedAt: at },
    });
    const effects: Effect[] = [{ kind: 'access-changed', document: id }];
    for (const { user: visitor } of await findVisitors(db, id)) {
      publish(libraryKey(visitor), { name: 'document:unlisted', document: id });
      effects.push({ kind: 'unlisted', document: id, user: visitor });
    }
    return { kind: 'done', effects };
  },

  async 'document:restore'(context, { document: id }) {
    const { db, user, at, publish } = context;
    const otherwise = 'not-yours-to-trash';
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
    for (const { user: visitor, ...listing } of await findVisitors(db, id)) {
      const role = standingOf(visitor)?.role;
      if (role === undefined) continue;
      const listed = toListed({ document, role, ...listing });
      publish(libraryKey(visitor), { name: 'document:listed', document: listed });
      effects.push({ kind: 'listed', document: id, user: visitor });
    }
    return { kind: 'done', effects };
  },

  async 'document:purge'(context, { document: id }) {
    const { db, user, at, publish, enqueue } = context;
    const otherwise = 'not-yours-to-trash';
    const permission = await authorize(context, { document: id, action: 'purge', otherwise });
    if (permission.kind === 'refused') return permission;
    await purgeMetadata(db, id, at);
    enqueue(purgeJob(id));
    publish(trashKey(user), { name: 'document:purged', document: id });
    return { kind: 'done', effects: [{ kind: 'access-changed', document: id }] };
  },
};
