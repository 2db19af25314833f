/** Document lists, and a document's metadata. Changes are commands. */
import { Hono } from 'hono';
import { z } from 'zod';
import {
  accessOf,
  documentCreate,
  documentId,
  documentPatch,
  libraryPlaceText,
  librarySearch,
  MAX_BACKLINKS,
  type Backlinks,
  treePlaceText,
  type Call,
  type DocumentSummary,
} from '@tandem/protocol';
import { findListed, readLibraryPage, readPath, readTreePage } from '../storage/library.ts';
import { findAccessEntry, type AccessEntry } from '../storage/roles.ts';
import { ApiError, endedBy } from '../http/api-error.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { PageWriter } from '../documents/page-writer.ts';
import type { Rooms } from '../documents/rooms.ts';
import type { Engine } from '../engine/port.ts';
import type { History } from '../history/port.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ViolationTracker } from '../rate-limits/violation-tracker.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { SearchIndex } from '../storage/search/search-index.ts';
import type { Database } from '../storage/tables.ts';
import type { Administrators } from '../accounts/administrators.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { documentIn, requireAccess } from './document-access.ts';
import { runCommand } from './bounded-write.ts';
import { chatRoutes } from './chat-routes.ts';
import { commentRoutes } from './comment-routes.ts';
import { contentRoutes } from './content-routes.ts';
import { documentGroupRoutes } from './group-routes.ts';
import { historyRoutes } from './history-routes.ts';
import {
  invitedAddressRoutes,
  type InvitedAddressRoutesOptions,
} from './invited-address-routes.ts';
import { linkRoutes, type LinkRoutesOptions } from './link-routes.ts';
import { readBody } from './request-body.ts';

const libraryQuery = z.object({
  after: z.optional(libraryPlaceText),
  search: z.optional(librarySearch),
});

const treeQuery = z.object({
  parent: z.optional(documentId),
  after: z.optional(treePlaceText),
});

export interface DocumentRoutesOptions extends Pick<
  LinkRoutesOptions,
  'signInRates' | 'addressOf'
> {
  readonly administrators: Administrators;
  readonly invited: Omit<InvitedAddressRoutesOptions, 'db' | 'runner'>;
  readonly db: Database;
  readonly engine: Engine;
  readonly rooms: Rooms;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly search: Pick<SearchIndex, 'backlinks'>;
  /** Where links to documents lead, beside the address at which the caller has reached this server. */
  readonly publicUrl: URL | null;
  readonly history: Pick<History, 'read'>;
  readonly pages: Pick<History, 'read'>;
  readonly historyRates: KeyedRateLimiter;
  readonly violations: ViolationTracker;
  readonly metrics: Pick<Metrics, 'rateLimited'>;
  readonly signedIn: SignedInMiddleware;
}

export function documentRoutes({
  db,
  engine,
  rooms,
  runner,
  search,
  administrators,
  publicUrl,
  history,
  pages,
  historyRates,
  violations,
  metrics,
  signInRates,
  addressOf,
  invited,
  signedIn,
}: DocumentRoutesOptions) {
  const summary = ({ document, ...standing }: AccessEntry): DocumentSummary => ({
    id: document.id,
    kind: document.kind,
    title: document.title,
    access: accessOf(standing),
    excerpt: document.excerpt,
    createdAt: document.created_at,
    updatedAt: document.updated_at,
    present: rooms.present(document.id),
  });

  /** @throws ApiError `not-found`, the same for missing and invisible documents. */
  const find = async (id: string, user: string): Promise<DocumentSummary> => {
    const entry = await findAccessEntry(db, { document: documentIn(id), user });
    if (entry === null) throw new ApiError('not-found');
    return summary(entry);
  };

  const run = ({ user, session }: ApiEnvironment['Variables'], call: Call): Promise<string> =>
    runCommand(runner, { user: user.id, session, call });

  const writer = new PageWriter({ rooms, engine, violations, metrics });

  const routes = new Hono<ApiEnvironment>()
    .use(signedIn)
    .get('/', async (context) => {
      const { after, search } = context.req.query();
      const page = libraryQuery.safeParse({ after, search });
      if (!page.success)
        throw new ApiError('bad-message', {
          detail: '"after" is the place at which a page has ended, "search" a short text.',
        });
      return context.json(await readLibraryPage(db, context.get('user').id, page.data));
    })
    .get('/tree', async (context) => {
      const { in: parent, after } = context.req.query();
      const page = treeQuery.safeParse({ parent, after });
      if (!page.success)
        throw new ApiError('bad-message', {
          detail: '"in" is a document, "after" the place at which a page has ended.',
        });
      return context.json(
        await readTreePage(db, context.get('user').id, {
          parent: page.data.parent ?? null,
          after: page.data.after,
        }),
      );
    })
    .post('/', async (context) => {
      const { id: user } = context.get('user');
      const { id: document, title } = await readBody(context, documentCreate);
      await run(context.var, { name: 'document:create', input: { document, title } });
      return context.json(await find(document, user));
    })
    .get('/:id', async (context) =>
      context.json(await find(context.req.param('id'), context.get('user').id)),
    )
    .patch('/:id', async (context) => {
      const { id: user } = context.get('user');
      const { title } = await readBody(context, documentPatch);
      const { id: document } = await find(context.req.param('id'), user);
      await run(context.var, { name: 'document:rename', input: { document, title } });
      return context.json(await find(document, user));
    })
    .get('/:id/path', async (context) => {
      const document = documentIn(context.req.param('id'));
      return context.json({ documents: await readPath(db, context.get('user').id, document) });
    })
    .get('/:id/backlinks', async (context) => {
      const { document } = await requireAccess(db, context, { action: 'read' });
      const hosts = [publicUrl?.host, context.req.header('Host')?.toLowerCase()];
      const { signal } = context.req.raw;
      const query = {
        ...{ document: document.id, user: context.get('user').id, limit: MAX_BACKLINKS },
        hosts: hosts.filter((host) => host !== undefined),
      };
      const documents = await search.backlinks(query, signal).catch(endedBy(signal));
      return context.json({ documents } satisfies Backlinks);
    })
    .get('/:id/visit', async (context) => {
      const { id: user } = context.get('user');
      const document = documentIn(context.req.param('id'));
      const listed = await findListed(db, { document, user });
      if (listed === null) throw new ApiError('not-found');
      return context.json(listed);
    })
    .delete('/:id/visit', async (context) => {
      const document = documentIn(context.req.param('id'));
      await run(context.var, { name: 'document:unlist', input: { document } });
      return context.body(null, 204);
    })
    .route('/:id', contentRoutes({ db, pages, writer, rates: historyRates, addressOf }))
    .route('/:id/comments', commentRoutes({ db, runner, pages, rates: historyRates }))
    .route('/:id/link', linkRoutes({ db, runner, signInRates, addressOf }))
    .route('/:id/invited', invitedAddressRoutes({ db, runner, ...invited }))
    .route('/:id/groups', documentGroupRoutes({ db, administrators, runner }))
    .route('/:id/chat', chatRoutes({ db }))
    .route('/:id/history', historyRoutes({ db, history, rates: historyRates }));
  return new Hono<ApiEnvironment>().route('/documents', routes);
}
