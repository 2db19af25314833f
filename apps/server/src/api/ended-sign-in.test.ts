/** Reading takes a while: the text does not go to a session or an API token that ended meanwhile (AT5). */
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { PageWriter } from '../documents/page-writer.ts';
import type { HistoryAnswers } from '../history/port.ts';
import { ApiError } from '../http/api-error.ts';
import { REQUEST_RATES } from '../limits.ts';
import { systemClock } from '../runtime/clock.ts';
import { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { createDocument } from '../storage/documents.ts';
import { createSession, deleteSession } from '../storage/sessions.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser, toUser } from '../storage/users.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { contentRoutes } from './content-routes.ts';
import { historyRoutes } from './history-routes.ts';

const POSITION = { epoch: 'life', timeline: 't1', offset: 1 };
const ANSWERS: Partial<HistoryAnswers> = {
  page: { ...POSITION, text: '[]' },
  rows: new Uint8Array([1]),
  state: new Uint8Array([1]),
  sessions: { ...POSITION, head: 1, sessions: [], next: null },
};

async function context() {
  const db = await temporaryDatabase();
  const ada = toUser(await createUser(db, { id: 'ada', name: 'Ada', color: 1, at: 0 }));
  await createDocument(db, { id: 'plan', kind: 'page', title: 'Plan', owner: 'ada', at: 0 });
  const times = { at: systemClock.now(), expiresAt: systemClock.now() + 60_000 };
  await createSession(db, { id: 'session', user: 'ada', ...times, agent: '' });
  const rates = new KeyedRateLimiter({ rate: REQUEST_RATES.history, clock: systemClock });
  let whileReading = async () => {};
  const reader = {
    async read({ kind }: { readonly kind: keyof HistoryAnswers }) {
      await whileReading();
      return ANSWERS[kind] as never;
    },
  };
  const app = new Hono<ApiEnvironment>()
    .use(async (request, next) => {
      request.set('user', ada);
      request.set('session', 'session');
      await next();
    })
    .route('/:id/history', historyRoutes({ db, history: reader, rates }))
    .route(
      '/:id',
      contentRoutes({
        ...{ db, pages: reader, rates, addressOf: () => null },
        writer: {} as unknown as PageWriter,
      }),
    )
    .onError((error, request) =>
      request.text(error instanceof ApiError ? error.body.code : String(error), 500),
    );
  return {
    get: async (path: string) => {
      const answer = await app.request(`/plan${path}`);
      return answer.status === 200 ? 'text' : await answer.text();
    },
    endWhileReading: () => (whileReading = async () => void (await deleteSession(db, 'session'))),
  };
}

test.each([
  '/markdown',
  '/blocks',
  '/history',
  '/history/state?offset=1',
  '/history/rows?after=0&to=1',
])('AT5 %s is not for a session that ended meanwhile', async (path) => {
  const { get, endWhileReading } = await context();
  expect(await get(path)).toBe('text');
  endWhileReading();
  expect(await get(path)).toBe('unauthenticated');
});
