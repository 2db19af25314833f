/** What a document was, and who wrote it: HY1–HY7, for people with the right to its history (PO6). */
import { Hono, type Context } from 'hono';
import { HISTORY_TYPE, type HistoryAuthors, type HistoryPage, type User } from '@tandem/protocol';
import type { DocumentVersions } from '@tandem/protocol/content';
import type { History, HistoryAnswers, HistoryRequest } from '../history/port.ts';
import { ApiError } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { readClients } from '../storage/history/history-clients.ts';
import { listVersions } from '../storage/history/named-versions.ts';
import type { Database } from '../storage/tables.ts';
import { findUsers } from '../storage/users.ts';
import { checkSignedIn, takeRequest, type ApiEnvironment } from './api-environment.ts';
import { requireAccess } from './document-access.ts';

export interface HistoryRoutesOptions {
  readonly db: Database;
  readonly history: Pick<History, 'read'>;
  readonly rates: KeyedRateLimiter;
}

export function historyRoutes({ db, history, rates }: HistoryRoutesOptions) {
  /** @throws ApiError */
  const checkAccess = async (context: Context<ApiEnvironment>): Promise<string> => {
    const need = { action: 'history', detail: FOR_EDITORS } as const;
    const { document } = await requireAccess(db, context, need);
    return document.id;
  };
  /** @throws ApiError */
  const authorize = async (context: Context<ApiEnvironment>): Promise<string> => {
    const document = await checkAccess(context);
    takeRequest(rates, context.get('user'));
    return document;
  };
  /** An answer may take a while, and the right to it may be gone by then. */
  const read = async <R extends HistoryRequest>(
    context: Context<ApiEnvironment>,
    request: R,
  ): Promise<HistoryAnswers[R['kind']] | null> => {
    const { signal } = context.req.raw;
    const answer = await history.read(request, { user: context.get('user').id, signal });
    await checkSignedIn(db, context.var);
    await checkAccess(context);
    return answer;
  };
  const named = async (ids: Iterable<string>): Promise<User[]> => await findUsers(db, [...ids]);

  return new Hono<ApiEnvironment>()
    .get('/', async (context) => {
      const document = await authorize(context);
      const before = readOffset(context, 'before');
      const list = await read(context, { kind: 'sessions', document, before });
      if (list === null) throw new ApiError('not-found');
      const { epoch, timeline, head, sessions, next } = list;
      const people = new Set(sessions.flatMap(({ authors }) => authors.map(({ user }) => user)));
      const page = { epoch, timeline, head, sessions: [...sessions], next };
      return context.json({ ...page, people: await named(people) } satisfies HistoryPage);
    })
    .get('/authors', async (context) => {
      const document = await authorize(context);
      const after = readOffset(context, 'after') ?? -1;
      const { clients, next } = await readClients(db, document, { after });
      const namers = (await listVersions(db, document)).map(({ by }) => by);
      const people = await named(new Set([...clients.map(([, user]) => user), ...namers]));
      return context.json({ clients, next, people } satisfies HistoryAuthors);
    })
    .get('/versions', async (context) => {
      const document = await authorize(context);
      const versions = await listVersions(db, document);
      const people = await named(new Set(versions.map(({ by }) => by)));
      return context.json({ versions, people } satisfies DocumentVersions);
    })
    .get('/state', async (context) => {
      const document = await authorize(context);
      const offset = required(readOffset(context, 'offset'), 'offset');
      return answerBytes(await read(context, { kind: 'state', document, offset }));
    })
    .get('/rows', async (context) => {
      const document = await authorize(context);
      const after = required(readOffset(context, 'after'), 'after');
      const upTo = required(readOffset(context, 'to'), 'to');
      return answerBytes(await read(context, { kind: 'rows', document, after, upTo }));
    });
}

const FOR_EDITORS = 'People who may only read this document do not see its history.';

function answerBytes(bytes: Uint8Array | null): Response {
  if (bytes === null) throw new ApiError('not-found', { detail: 'There was no such change.' });
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { 'Content-Type': HISTORY_TYPE, 'Cache-Control': 'no-store' },
  });
}

function readOffset(context: Context, name: string): number | null {
  const text = context.req.query(name);
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ApiError('bad-message', { detail: `"${name}" is a whole number.` });
}

function required(offset: number | null, name: string): number {
  if (offset === null) throw new ApiError('bad-message', { detail: `"${name}" is missing.` });
  return offset;
}
