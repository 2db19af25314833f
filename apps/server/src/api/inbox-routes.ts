/** The caller's notifications; the newest come over the channel `inbox`. */
import { Hono } from 'hono';
import { z } from 'zod';
import { inboxPlace, MAX_INBOX_PAGE } from '@tandem/protocol';
import { ApiError } from '../http/api-error.ts';
import { readInboxPage } from '../storage/notifications.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';

export interface InboxRoutesOptions {
  readonly db: Database;
  readonly signedIn: SignedInMiddleware;
}

export function inboxRoutes({ db, signedIn }: InboxRoutesOptions) {
  return new Hono<ApiEnvironment>().get('/notifications', signedIn, async (context) => {
    const before = z.optional(inboxPlace).safeParse(context.req.query('before'));
    if (!before.success)
      throw new ApiError('bad-message', { detail: '"before" is the id of a notification.' });
    const page = { before: before.data ?? null, limit: MAX_INBOX_PAGE };
    return context.json(await readInboxPage(db, context.get('user').id, page));
  });
}
