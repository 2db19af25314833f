/** Chat history, paginated. */
import { Hono } from 'hono';
import { documentId, MAX_CHAT_HISTORY_PAGE, MAX_CHAT_PAGE, type ChatPage } from '@tandem/protocol';
import { readChatPage } from '../storage/chat.ts';
import { findAccessEntry } from '../storage/roles.ts';
import { ApiError } from '../http/api-error.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment } from './api-environment.ts';

export function chatRoutes({ db }: { readonly db: Database }) {
  return new Hono<ApiEnvironment>().get('/', async (context) => {
    const before = readNumber('before', context.req.query('before'));
    const limit = readNumber('limit', context.req.query('limit')) ?? MAX_CHAT_PAGE;
    const document = documentId.safeParse(context.req.param('id'));
    const whose = { document: document.data ?? '', user: context.get('user').id };
    if ((await findAccessEntry(db, whose)) === null) throw new ApiError('not-found');
    const page: ChatPage = {
      messages: await readChatPage(db, whose.document, {
        before,
        limit: Math.min(limit, MAX_CHAT_HISTORY_PAGE),
      }),
    };
    return context.json(page);
  });
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ApiError('bad-message', { detail: `"${name}" is a whole number.` });
}
