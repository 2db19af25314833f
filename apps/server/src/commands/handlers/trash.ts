/** Commands that move documents into the trash and out of it. */
import { trashKey } from '../../storage/channel-key.ts';
import { moveInTree, readAncestors } from '../../storage/document-tree.ts';
import { addVisit, findDocument } from '../../storage/documents.ts';
import { findListed } from '../../storage/library.ts';
import { readOwners } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import {
  expireInside,
  findTrashedBefore,
  forgetReaders,
  moveToTrash,
  purgeMetadata,
  takeFromTrash,
} from '../../storage/trash.ts';
import { purgeJob } from '../document-purge.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { changeAccess } from './listing-changes.ts';
import { DONE, forbidden } from './outcomes.ts';

type TrashHandlers = Pick<
  HandlerTable,
  'document:trash' | 'document:restore' | 'document:purge' | 'document:expire'
>;

const otherwise = 'not-yours-to-trash';

export const trashHandlers: TrashHandlers = {
  async 'document:trash'(context, { document: id }) {
    const { db, at, publish } = context;
    const permission = await authorize(context, { document: id, action: 'trash', otherwise });
    if (permission.kind === 'refused') return permission;
    const { kind, title, excerpt } = permission.entry.document;
    const changed = await changeAccess(context, id, () => moveToTrash(db, id, at));
    for (const owner of await readOwners(db, id))
      publish(trashKey(owner), {
        name: 'document:trashed',
        document: { id, kind, title, excerpt, trashedAt: at },
      });
    return changed;
  },

  async 'document:restore'(context, { document: id }) {
    const { db, user, at, publish } = context;
    const permission = await authorize(context, { document: id, action: 'restore', otherwise });
    if (permission.kind === 'refused') return permission;
    const { document } = permission.entry;
    const { parent } = document;
    const isAlone = parent !== null && (await isGone(db, parent));
    // At the top, it would no longer be of those who own only a document around it.
    if (isAlone && document.owner !== user) return forbidden('restore-around');
    const owners = await readOwners(db, id);
    const around = await readAncestors(db, id);
    const changed = await changeAccess(context, id, async () => {
      await takeFromTrash(db, document);
      if (isAlone) {
        await moveInTree(db, id, { parent: null, position: document.position });
        await forgetReaders(db, around);
      }
      // The person finds it again, also if it was not on their list.
      if ((await findListed(db, { user, document: id })) === null)
        await addVisit(db, { user, document: id, at });
    });
    for (const owner of owners)
      publish(trashKey(owner), { name: 'document:restored', document: id });
    return changed;
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

async function purge(context: HandlerContext, document: string): Promise<Outcome> {
  const { db, at, publish, enqueue } = context;
  const owners = await readOwners(db, document);
  const freed = await freeInside(context, document);
  await expireInside(db, document);
  await purgeMetadata(db, { document, owners, at });
  enqueue(purgeJob(document));
  for (const owner of owners) publish(trashKey(owner), { name: 'document:purged', document });
  const changed = [document, ...freed];
  return { kind: 'done', effects: changed.map((id) => ({ kind: 'access-changed', document: id })) };
}

/**
 * What was moved to the trash before the document around it stays there for its own time, and is no longer of those who own
 * only that one.
 *
 * @returns what is at the top now
 */
async function freeInside(
  { db, publish }: HandlerContext,
  document: string,
): Promise<readonly string[]> {
  const freed: string[] = [];
  for (const id of await findTrashedBefore(db, document)) {
    const row = await findDocument(db, id);
    // One around it may have been freed, with it.
    const isStillInside = (await readAncestors(db, id)).includes(document);
    if (row === undefined || !isStillInside) continue;
    const owners = await readOwners(db, id);
    await moveInTree(db, id, { parent: null, position: row.position });
    for (const owner of owners)
      if (owner !== row.owner) publish(trashKey(owner), { name: 'document:purged', document: id });
    freed.push(id);
  }
  return freed;
}

async function isGone(db: Database, document: string): Promise<boolean> {
  const row = await findDocument(db, document);
  return row === undefined || row.trashed_at !== null;
}
