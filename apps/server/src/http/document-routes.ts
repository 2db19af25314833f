/** Lists of documents, and what is known of one beside its text. */
import { Hono } from 'hono';
import { documentCreate, documentId, documentPatch, type DocumentSummary } from '@tandem/protocol';
import {
  createDocument,
  findDocument,
  forgetVisit,
  listDocuments,
  renameDocument,
  visitDocument,
} from '../database/documents.ts';
import type { DocumentRow } from '../database/tables.ts';
import { ApiError } from './api-error.ts';
import { signedIn, type ApiEnvironment, type ApiServices } from './api-environment.ts';
import { readBody } from './request-body.ts';

export function documentRoutes(services: ApiServices): Hono<ApiEnvironment> {
  const { db, engine, rooms } = services;

  const summary = (document: DocumentRow, user: string): DocumentSummary => ({
    id: document.id,
    kind: document.kind,
    title: document.title,
    access: document.owner === user || document.link_access === 'edit' ? 'edit' : 'view',
    excerpt: document.excerpt,
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    present: rooms.present(document.id),
  });

  /** @throws ApiError `not-found` for what is not there and for what this user may not see alike. */
  const find = async (id: string, user: string): Promise<DocumentRow> => {
    const document = documentId.safeParse(id).success ? await findDocument(db, id) : undefined;
    if (document === undefined || (document.link_access === 'off' && document.owner !== user))
      throw new ApiError('not-found');
    return document;
  };

  return new Hono<ApiEnvironment>()
    .use(signedIn(services))
    .get('/', async (context) => {
      const { id: user } = context.get('user');
      const documents = await listDocuments(db, user);
      return context.json({ documents: documents.map((document) => summary(document, user)) });
    })
    .post('/', async (context) => {
      const { id: user } = context.get('user');
      const { id, title = '' } = await readBody(context, documentCreate);
      const at = Date.now();
      await engine.create({ document: id, kind: 'page', user });
      const { document } = await createDocument(db, { id, kind: 'page', title, owner: user, at });
      if (document.link_access === 'off' && document.owner !== user)
        throw new ApiError('not-found');
      await visitDocument(db, { user, document: id, at });
      return context.json(summary(document, user));
    })
    .get('/:id', async (context) => {
      const { id: user } = context.get('user');
      return context.json(summary(await find(context.req.param('id'), user), user));
    })
    .patch('/:id', async (context) => {
      const { id: user } = context.get('user');
      const { title } = await readBody(context, documentPatch);
      const document = await find(context.req.param('id'), user);
      if (summary(document, user).access !== 'edit') throw new ApiError('forbidden');
      const renamed = await renameDocument(db, document.id, { title, at: Date.now() });
      if (renamed === undefined) throw new ApiError('not-found');
      rooms.renameDocument(renamed.id, renamed.title);
      return context.json(summary(renamed, user));
    })
    .delete('/:id/visit', async (context) => {
      await forgetVisit(db, { user: context.get('user').id, document: context.req.param('id') });
      return context.body(null, 204);
    });
}
