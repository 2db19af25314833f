/** Commands about a document and about who has it on their list. */
import {
  createDocument,
  findVisitors,
  forgetVisit,
  renameDocument,
  toListed,
  visitDocument,
} from '../../database/documents.ts';
import { findEntry, rolesIn, type Entry } from '../../database/roles.ts';
import { findVisitor } from '../../database/sharing.ts';
import { libraryKey, sharingKey } from '../../channels/channel-key.ts';
import type { HandlerContext, HandlerTable, Outcome } from '../handler.ts';
import { DONE, forbidden, notFound } from './outcomes.ts';

type DocumentHandlers = Pick<
  HandlerTable,
  'document:create' | 'document:rename' | 'document:unlist' | 'document:visit'
>;

export const documentHandlers: DocumentHandlers = {
  async 'document:create'(context, { document: id, title = '' }) {
    const { db, user, at } = context;
    const { document } = await createDocument(db, { id, kind: 'page', title, owner: user, at });
    return await visit(context, document.id);
  },

  async 'document:rename'(context, { document: id, title }) {
    const { db, user, at, publish } = context;
    const entry = await findEntry(db, { document: id, user });
    if (entry === null) return notFound('document');
    if (entry.role === 'viewer') return forbidden('viewers-do-not-rename');
    if (entry.document.title === title) return DONE;
    await renameDocument(db, id, { title, at });
    const roleOf = await rolesIn(db, id);
    for (const visitor of await findVisitors(db, id)) {
      if (roleOf(visitor.user) !== null)
        publish(libraryKey(visitor.user), { name: 'document:renamed', document: id, title });
    }
    return { kind: 'done', effects: [{ kind: 'renamed', document: id, title }] };
  },

  async 'document:unlist'({ db, user, publish }, { document }) {
    if (!(await forgetVisit(db, { user, document }))) return DONE;
    publish(libraryKey(user), { name: 'document:unlisted', document });
    const entry = await findEntry(db, { document, user });
    if (entry !== null && !entry.isOwn)
      publish(sharingKey(document), { name: 'member:removed', user });
    return { kind: 'done', effects: [{ kind: 'unlisted', document, user }] };
  },

  async 'document:visit'(context, { document }) {
    return await visit(context, document);
  },
};

/** Puts a document on the list of who asks. */
async function visit(context: HandlerContext, id: string): Promise<Outcome> {
  const { db, user, at, publish } = context;
  const entry = await findEntry(db, { document: id, user });
  if (entry === null) return notFound('document');
  const { kind, chatRead } = await visitDocument(db, { user, document: id, at });
  if (kind === 'again') return DONE;
  publish(libraryKey(user), {
    name: 'document:listed',
    document: toListed({ ...entry, chatRead }),
  });
  await showVisitor(context, entry);
  return { kind: 'done', effects: [{ kind: 'listed', document: id, user }] };
}

/** Who comes by the link is shown to whoever shares the document, while they are a page of people. */
async function showVisitor(
  { db, user: id, publish }: HandlerContext,
  { document, role, isOwn }: Entry,
): Promise<void> {
  if (isOwn) return;
  const user = await findVisitor(db, { document: document.id, user: id });
  if (user !== undefined)
    publish(sharingKey(document.id), {
      name: 'member:changed',
      member: { user, role, isOwn: false },
    });
}
