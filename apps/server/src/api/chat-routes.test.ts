import { Hono } from 'hono';
import { beforeEach, expect, test } from 'vitest';
import {
  chatPage,
  MAX_CHAT_HISTORY_PAGE,
  MAX_CHAT_PAGE,
  MAX_CHAT_PAGE_BYTES,
  MAX_MESSAGE_TEXT_LENGTH,
} from '@tandem/protocol';
import { createDocument } from '../storage/documents.ts';
import type { Database } from '../storage/tables.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { createUser, toUser } from '../storage/users.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { chatRoutes } from './chat-routes.ts';

const HEAD = MAX_CHAT_HISTORY_PAGE + 5;
let db: Database;
let app: Hono<ApiEnvironment>;

beforeEach(async () => {
  db = await temporaryDatabase();
  const ada = toUser(await createUser(db, { id: 'ada', name: 'Ada', color: 1, at: 0 }));
  await createDocument(db, { id: 'plan', kind: 'page', title: 'Plan', owner: 'ada', at: 0 });
  const messages = Array.from({ length: HEAD }, (_, index) => ({
    document: 'plan',
    channel: 'chat' as const,
    number: index + 1,
    id: `01JD9X6Z7S8K3Q2M5N4P6R${String(index).padStart(4, '0')}`,
    author: 'ada',
    text: `Reading ${index + 1}`,
    mentions: '[]',
    at: 1,
  }));
  await db.insertInto('message').values(messages).execute();
  app = new Hono<ApiEnvironment>()
    .use(async (context, next) => {
      context.set('user', ada);
      await next();
    })
    .route('/:id/chat', chatRoutes({ db }));
});

const numbers = async (query: string) =>
  chatPage
    .parse(await (await app.request(`/plan/chat${query}`)).json())
    .messages.map(({ number }) => number);

test.each([
  ['', MAX_CHAT_PAGE],
  [`?limit=${MAX_CHAT_HISTORY_PAGE - 1}`, MAX_CHAT_HISTORY_PAGE - 1],
  [`?limit=${MAX_CHAT_HISTORY_PAGE}`, MAX_CHAT_HISTORY_PAGE],
  [`?limit=${MAX_CHAT_HISTORY_PAGE + 1}`, MAX_CHAT_HISTORY_PAGE],
  ['?limit=999999999999999', MAX_CHAT_HISTORY_PAGE],
  ['?limit=0', 0],
])('a page that is asked for with "%s" has %i messages, the newest', async (query, count) => {
  const expected = Array.from({ length: count }, (_, index) => HEAD - count + 1 + index);
  expect(await numbers(query)).toEqual(expected);
});

test('the largest page before a number is whole', async () => {
  const page = await numbers(`?limit=${MAX_CHAT_HISTORY_PAGE + 1}&before=${HEAD}`);
  expect([page.length, page[0], page.at(-1)]).toEqual([MAX_CHAT_HISTORY_PAGE, 5, HEAD - 1]);
});

test('a page of large messages has fewer, and the next ones follow without a gap', async () => {
  const text = '潮'.repeat(MAX_MESSAGE_TEXT_LENGTH);
  await db.updateTable('message').set({ text }).where('number', '>', 100).execute();
  const seen: (number | null)[] = [];
  for (let before = HEAD + 1; before > 1; before = seen[0] as number) {
    const answer = await app.request(`/plan/chat?limit=${MAX_CHAT_HISTORY_PAGE}&before=${before}`);
    const body = await answer.text();
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_CHAT_PAGE_BYTES + 1_024);
    const page = chatPage.parse(JSON.parse(body)).messages;
    expect(page.length).toBeGreaterThan(MAX_CHAT_PAGE);
    seen.unshift(...page.map(({ number }) => number));
  }
  expect(seen).toEqual(Array.from({ length: HEAD }, (_, index) => index + 1));
});
