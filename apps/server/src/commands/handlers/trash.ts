/** Commands that move documents into the trash and out of it. */
import type { AuditDetail } from '@tandem/protocol/audit';
import { trashKey } from '../../storage/channel-key.ts';
import { moveInTree, readAncestors, selectOutermost } from '../../storage/document-tree.ts';
import { addVisit } from '../../storage/visits.ts';
import { findDocument } from '../../storage/documents.ts';
import { findListed } from '../../storage/library.ts';
import { readOwners } from '../../storage/roles.ts';
import type { Database } from '../../storage/tables.ts';
import type { DocumentRow } from '../../storage/tables/documents.ts';
import {
  expireInside,
  findOthersInside,
  findTrashedBefore,
  forgetReaders,
  moveToTrash,
  purgeMetadata,
  separateInTrash,
  takeFromTrash,
} from '../../storage/trash.ts';
import { purgeJob } from '../document-purge.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { authorize } from './authorize.ts';
import { changeAccess } from './listing-changes.ts';
import { DONE, forbidden } from './outcomes.ts';
import { endPublications } from './publications.ts';

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
    await endPublications(context, id);
    context.audit({ action: 'document:trashed', document: id, detail: {} });
    context.emit('document.trashed', id);
    for (const owner of await readOwners(db, id))
      publish(trashKey(owner), {
        name: 'document:trashed',
        document: { id, kind, title, excerpt, trashedAt: at },
      });
    for (const { owner, document } of await findOthersInside(db, { id, trashed_with: null }))
      publish(trashKey(owner), {
        name: 'document:trashed',
        document: { ...document, trashedAt: at },
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
    const others = await findOthersInside(db, document);
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
    // On Postgres, it may have been published while it was moved to the trash.
    await endPublications(context, id);
    context.audit({ action: 'document:restored', document: id, detail: {} });
    context.emit('document.restored', id);
    for (const owner of owners)
      publish(trashKey(owner), { name: 'document:restored', document: id });
    for (const other of others)
      publish(trashKey(other.owner), { name: 'document:restored', document: other.document.id });
    return changed;
  },

  async 'document:purge'(context, { document }) {
    const permission = await authorize(context, { document, action: 'purge', otherwise });
    return permission.kind === 'refused'
      ? permission
      : await purge(context, permission.entry.document, 'person');
  },

  async 'document:expire'(context, { document, before }) {
    const permission = await authorize(context, { document, action: 'purge', otherwise });
    if (permission.kind === 'refused') return permission;
    // Its owner may have restored it, and moved it to the trash again.
    const isExpired = (permission.entry.document.trashed_at ?? before) < before;
    return isExpired ? await purge(context, permission.entry.document, 'time') : DONE;
  },
};

async function purge(
  context: HandlerContext<'document:purged'>,
  row: DocumentRow,
  cause: AuditDetail<'document:purged'>['cause'],
): Promise<Outcome> {
  const { db, at, publish, enqueue } = context;
  const document = row.id;
  const owners = await readOwners(db, document);
  const freed = await freeInside(context, row);
  await expireInside(db, document);
  await purgeMetadata(db, { document, owners, at });
  enqueue(purgeJob(document));
  const by = cause === 'time' ? ({ actor: 'server' } as const) : {};
  context.audit({ action: 'document:purged', document, detail: { cause }, ...by });
  for (const owner of owners) publish(trashKey(owner), { name: 'document:purged', document });
  const changed = [document, ...freed];
  return { kind: 'done', effects: changed.map((id) => ({ kind: 'access-changed', document: id })) };
}

/**
 * What was moved to the trash before the document around it stays there for its own time, and so does what others created:
 * nobody deletes their words (TR8). Both are no longer of those who own only the purged one.
 *
 * @returns what is at the top now
 */
async function freeInside(
  { db, publish }: HandlerContext,
  document: DocumentRow,
): Promise<readonly string[]> {
  const before = await findTrashedBefore(db, document.id);
  const owners = new Map<string, readonly string[]>();
  for (const id of before) owners.set(id, await readOwners(db, id));
  const others = await findOthersInside(db, document);
  const documents = await selectOutermost(db, [
    ...new Set([...before, ...others.map((other) => other.document.id)]),
  ]);
  await separateInTrash(db, { documents, trashedWith: document.trashed_with ?? document.id });
  for (const [id, had] of owners) {
    const has = new Set(await readOwners(db, id));
    for (const owner of had)
      if (!has.has(owner)) publish(trashKey(owner), { name: 'document:purged', document: id });
  }
  return documents;
}

async function isGone(db: Database, document: string): Promise<boolean> {
  const row = await findDocument(db, document);
  return row === undefined || row.trashed_at !== null;
}
