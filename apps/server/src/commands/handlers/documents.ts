/** Commands about documents and the lists they are on. */
import {
  addVisit,
  createDocument,
  findListing,
  findVisitors,
  forgetVisit,
  renameDocument,
  renewVisit,
  toListed,
} from '../../storage/documents.ts';
import {
  findAccessEntry,
  hasRoleByLink,
  standingsIn,
  type AccessEntry,
} from '../../storage/roles.ts';
import { findVisitor } from '../../storage/sharing.ts';
import { libraryKey, sharingKey } from '../../storage/channel-key.ts';
import type { Effect } from '../command-runner.ts';
import type { HandlerContext, HandlerTable } from '../handler.ts';
import { authorize } from './authorize.ts';
import { DONE, notFound } from './outcomes.ts';

type DocumentHandlers = Pick<
  HandlerTable,
  'document:create' | 'document:rename' | 'document:unlist' | 'document:visit'
>;

export const documentHandlers: DocumentHandlers = {
  async 'document:create'(context, { document: id, title = '' }) {
    const { db, user, at } = context;
    const created = await createDocument(db, { id, kind: 'page', title, owner: user, at });
    const { document } = created;
    const entry = await findAccessEntry(db, { document: document.id, user });
    if (entry === null) return notFound('document');
    if (entry.lifecycle !== 'active') return DONE;
    if ((await renewVisit(db, { user, document: id, at })) !== 'none') return DONE;
    const listed = await list(context, { user, entry });
    const isNamed = created.kind === 'created' && title !== '';
    const named: Effect[] = isNamed ? [{ kind: 'renamed', document: id, title }] : [];
    return { kind: 'done', effects: [...listed, ...named] };
  },

  async 'document:rename'(context, { document: id, title }) {
    const { db, at, publish } = context;
    const otherwise = 'only-editors-rename';
    const permission = await authorize(context, { document: id, action: 'rename', otherwise });
    if (permission.kind === 'refused') return permission;
    const { entry } = permission;
    if (entry.document.title === title) return DONE;
    await renameDocument(db, id, { title, at });
    const standingOf = await standingsIn(db, id);
    for (const visitor of await findVisitors(db, id)) {
      if (standingOf(visitor.user) !== null)
        publish(libraryKey(visitor.user), { name: 'document:renamed', document: id, title });
    }
    return { kind: 'done', effects: [{ kind: 'renamed', document: id, title }] };
  },

  async 'document:unlist'({ db, user, publish }, { document }) {
    if (!(await forgetVisit(db, { user, document }))) return DONE;
    publish(libraryKey(user), { name: 'document:unlisted', document });
    if (await hasRoleByLink(db, { document, user }))
      publish(sharingKey(document), { name: 'member:removed', user });
    return { kind: 'done', effects: [{ kind: 'unlisted', document, user }] };
  },

  async 'document:visit'(context, { visits }) {
    const { db, at } = context;
    const effects: Effect[] = [];
    for (const { user, document } of visits) {
      const visit = await renewVisit(db, { user, document, at });
      if (visit === 'again') continue;
      const entry = await findAccessEntry(db, { document, user });
      if (entry === null || entry.lifecycle !== 'active') continue;
      if (visit === 'first') await showOpened(context, { user, entry });
      else effects.push(...(await list(context, { user, entry })));
    }
    return { kind: 'done', effects };
  },
};

interface Visitor {
  readonly user: string;
  readonly entry: AccessEntry;
}

async function list(context: HandlerContext, { user, entry }: Visitor): Promise<readonly Effect[]> {
  const { db, at, publish } = context;
  const { id: document } = entry.document;
  const read = await addVisit(db, { user, document, at });
  const listed = toListed({ ...entry, ...read, isNew: false });
  publish(libraryKey(user), { name: 'document:listed', document: listed });
  await showVisitor(context, { user, entry });
  return [{ kind: 'listed', document, user }];
}

async function showOpened(
  { db, publish }: HandlerContext,
  { user, entry }: Visitor,
): Promise<void> {
  const listing = await findListing(db, { document: entry.document.id, user });
  if (listing !== undefined)
    publish(libraryKey(user), {
      name: 'document:listed',
      document: toListed({ ...entry, ...listing }),
    });
}

async function showVisitor(
  { db, publish }: HandlerContext,
  { user: id, entry: { document, role, isOwn } }: Visitor,
): Promise<void> {
  if (isOwn) return;
  const user = await findVisitor(db, { document: document.id, user: id });
  if (user !== undefined)
    publish(sharingKey(document.id), {
      name: 'member:changed',
      member: { user, role, isOwn: false },
    });
}
