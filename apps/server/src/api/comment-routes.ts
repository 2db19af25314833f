/** Comments for programs: CT7 and CT8 of PROTOCOL.md. */
import { Hono, type Context } from 'hono';
import type { Action, Call } from '@tandem/protocol';
import {
  commentCreate,
  commentReply,
  threadId,
  type CommentCreated,
  type DocumentComments,
} from '@tandem/protocol/content';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { History } from '../history/port.ts';
import { ApiError } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { readThreads } from '../storage/comments.ts';
import type { Database } from '../storage/tables.ts';
import { takeRequest, type ApiEnvironment } from './api-environment.ts';
import { requireAccess } from './document-access.ts';
import { runCommand } from './bounded-write.ts';
import { readBody } from './request-body.ts';

export interface CommentRoutesOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly pages: Pick<History, 'read'>;
  /** Those of the history. */
  readonly rates: KeyedRateLimiter;
}

export function commentRoutes({ db, runner, pages, rates }: CommentRoutesOptions) {
  /** @throws ApiError */
  const checkAccess = async (context: Context<ApiEnvironment>, action: Action): Promise<string> => {
    const need = { action, detail: FOR_COMMENTERS };
    const { document } = await requireAccess(db, context, need);
    return document.id;
  };
  const run = async ({ user, session }: ApiEnvironment['Variables'], call: Call) => {
    const id = await runCommand(runner, { user: user.id, session, call });
    return { id } satisfies CommentCreated;
  };

  return new Hono<ApiEnvironment>()
    .get('/', async (context) => {
      const document = await checkAccess(context, 'read');
      const { threads } = await readThreads(db, document);
      return context.json({ threads: [...threads] } satisfies DocumentComments);
    })
    .post('/', async (context) => {
      const document = await checkAccess(context, 'comment');
      const { text, quote } = await readBody(context, commentCreate);
      takeRequest(rates, context.get('user'));
      const { signal } = context.req.raw;
      const found = await pages.read(
        { kind: 'anchor', document, quote },
        { user: context.get('user').id, signal },
      );
      if (found?.anchor == null) throw new ApiError('bad-message', { detail: NO_QUOTE });
      const { anchor } = found;
      const input = { document, text, mentions: [], anchor };
      return context.json(await run(context.var, { name: 'comment:start', input }));
    })
    .post('/:thread/replies', async (context) => {
      const document = await checkAccess(context, 'comment');
      const { text } = await readBody(context, commentReply);
      const thread = threadId.safeParse(context.req.param('thread')).data;
      if (thread === undefined) throw new ApiError('not-found');
      const input = { document, thread, text, mentions: [] };
      return context.json(await run(context.var, { name: 'comment:reply', input }));
    });
}

const FOR_COMMENTERS = 'You may read this document but not comment on it. Ask its owner.';
const NO_QUOTE =
  'This quote is not in the document. Nothing was changed. Read the document again, and quote its words without Markdown.';
