/** The text of pages for programs: CT1 to CT6 of PROTOCOL.md. */
import { Hono, type Context } from 'hono';
import { MAX_MARKDOWN_LENGTH } from '@tandem/document';
import { toStorable, type Action } from '@tandem/protocol';
import {
  MARKDOWN_TYPE,
  MAX_MARKDOWN_BODY_BYTES,
  REVISION_HEADER,
  revision,
  type PageWritten,
} from '@tandem/protocol/content';
import type { Position } from '@tandem/sync';
import type { PageWriter } from '../documents/page-writer.ts';
import type { History, PageWriting } from '../history/port.ts';
import { ApiError } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { Database } from '../storage/tables.ts';
import { checkSignedIn, takeRequest, type ApiEnvironment } from './api-environment.ts';
import { requireAccess } from './document-access.ts';
import { boundedWrite } from './bounded-write.ts';
import type { LinkRoutesOptions } from './link-routes.ts';
import { readText } from './request-body.ts';

export interface ContentRoutesOptions extends Pick<LinkRoutesOptions, 'addressOf'> {
  readonly db: Database;
  readonly pages: Pick<History, 'read'>;
  readonly writer: PageWriter;
  /** Those of the history. */
  readonly rates: KeyedRateLimiter;
}

export function contentRoutes({ db, pages, writer, rates, addressOf }: ContentRoutesOptions) {
  /** @throws ApiError */
  const checkAccess = async (context: Context<ApiEnvironment>, action: Action): Promise<string> => {
    const need = { action, detail: FOR_WRITERS };
    const { document } = await requireAccess(db, context, need);
    if (document.kind !== 'page') throw new ApiError('forbidden', { detail: NO_PAGE });
    return document.id;
  };
  const asker = (context: Context<ApiEnvironment>) => ({
    user: context.get('user').id,
    signal: context.req.raw.signal,
  });

  const read = async (context: Context<ApiEnvironment>, format: 'markdown' | 'blocks') => {
    const document = await checkAccess(context, 'read');
    takeRequest(rates, context.get('user'));
    const page = await pages.read({ kind: 'page', document, format }, asker(context));
    // The right to it may be gone by now.
    await checkSignedIn(db, context.var);
    await checkAccess(context, 'read');
    if (page === null) throw new ApiError('not-found');
    return { text: page.text, revision: toRevision(page) };
  };

  const write = async (
    context: Context<ApiEnvironment>,
    how: PageWriting['how'],
  ): Promise<PageWritten> => {
    const document = await checkAccess(context, 'write');
    const base = how === 'replace' ? readBase(context) : null;
    const { user } = context.var;
    takeRequest(rates, user);
    const markdown = toStorable(await readText(context, MAX_MARKDOWN_BODY_BYTES));
    if (markdown.length > MAX_MARKDOWN_LENGTH) throw new ApiError('too-large', { detail: LONG });
    const writing = { how, markdown, base };
    const made = await pages.read({ kind: 'writing', document, writing }, asker(context));
    if (made === null) throw new ApiError('epoch-changed', { detail: OTHER_BASE });
    if (made.update === null) return { revision: toRevision(made) };
    await checkSignedIn(db, context.var);
    const { update, ...position } = made;
    const address = addressOf(context.env.incoming);
    const page = { document, user, address, update, position };
    return { revision: toRevision(await boundedWrite(writer.write(page))) };
  };

  return (
    new Hono<ApiEnvironment>()
      .get('/markdown', async (context) => {
        const page = await read(context, 'markdown');
        return context.body(page.text, 200, {
          'Content-Type': MARKDOWN_TYPE,
          [REVISION_HEADER]: page.revision,
        });
      })
      .put('/markdown', async (context) => context.json(await write(context, 'replace')))
      .post('/markdown', async (context) => context.json(await write(context, 'append')))
      /** Answers `pageBlocks`. */
      .get('/blocks', async (context) => {
        const page = await read(context, 'blocks');
        // The thread has written the JSON: a long page is not parsed here (P7).
        const json = `{"revision":${JSON.stringify(page.revision)},"blocks":${page.text}}`;
        return context.body(json, 200, { 'Content-Type': 'application/json' });
      })
  );
}

const FOR_WRITERS = 'You may not change the text of this document. Ask its owner.';
const NO_PAGE = 'This document is not a page: it has the data of another program.';
const LONG = `A text may have up to ${MAX_MARKDOWN_LENGTH} characters. Append it in parts.`;
const OTHER_BASE =
  'The document was not at this revision, or it was restored since. Nothing was changed. Read it again.';

function toRevision({ epoch, timeline, offset }: Position): string {
  return `${epoch}~${timeline}.${offset}`;
}

function readBase(context: Context): Position | null {
  const text = context.req.query('base');
  if (text === undefined) return null;
  if (!revision.safeParse(text).success)
    throw new ApiError('bad-message', { detail: '"base" is a revision of the document.' });
  const dot = text.lastIndexOf('.');
  const tilde = text.lastIndexOf('~', dot);
  return {
    epoch: text.slice(0, tilde),
    timeline: text.slice(tilde + 1, dot),
    offset: Number(text.slice(dot + 1)),
  };
}
