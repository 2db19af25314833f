/** The password of a document's link: to set it, and to enter by it (PO12, PO13). */
import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { linkEntry, linkPassword } from '@tandem/protocol/accounts';
import { hashPassword, isPassword } from '../accounts/password-hash.ts';
import { tryCountSignIn, type CountedSignIn, type SignInRates } from '../accounts/sign-in-rate.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import { forbidden } from '../commands/handlers/outcomes.ts';
import { ApiError } from '../http/api-error.ts';
import { findLinkPassword } from '../storage/link-terms.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import { documentIn, requireAccess } from './document-access.ts';
import { inTurn } from './password-hashing.ts';
import { readBody } from './request-body.ts';

export interface LinkRoutesOptions {
  readonly db: Database;
  readonly runner: Pick<CommandRunner, 'run'>;
  /** Passwords of links are guessed as those of accounts are. */
  readonly signInRates: SignInRates;
  readonly addressOf: (request: IncomingMessage) => string | null;
}

const RETRY_MS = 60_000;
const TOO_MANY = 'Many passwords were tried. Nothing is lost. Wait a minute and try again.';
const WRONG =
  'This password does not open the document. Check it, or ask the person who sent you the link.';

export function linkRoutes({ db, runner, signInRates, addressOf }: LinkRoutesOptions) {
  /** @throws ApiError */
  const countAttempt = (request: IncomingMessage, subject: string): CountedSignIn => {
    const attempt = { subject, address: addressOf(request), device: null };
    const counted = tryCountSignIn(signInRates, attempt);
    if (counted === null)
      throw new ApiError('too-many', { detail: TOO_MANY, retryAfterMs: RETRY_MS });
    return counted;
  };

  return new Hono<ApiEnvironment>()
    .post('/password', async (context) => {
      const { user, session } = context.var;
      const { password } = await readBody(context, linkPassword);
      // Checked again by the command; nobody else makes the server hash, and nobody in vain.
      const { document: row } = await requireAccess(db, context, { action: 'share' });
      const { id: document, link_access: link } = row;
      if (link === null || link === 'off') throw ApiError.from(forbidden('no-link').error);
      if (password !== null) countAttempt(context.env.incoming, `link password of ${user.id}`);
      const passwordHash =
        password === null ? null : await inTurn(hashPassword(password, 'unknown'));
      const call = { name: 'link:protect', input: { document, passwordHash } } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    })
    .post('/entry', async (context) => {
      const { user, session } = context.var;
      const { password } = await readBody(context, linkEntry);
      const id = documentIn(context.req.param('id'));
      // The same work and the same answer where there is no document, no link or no password.
      const link = await findLinkPassword(db, id);
      // Documents inside have the link from there, and are not so many more chances to guess its password.
      const counted = countAttempt(context.env.incoming, `link ${link?.document ?? id}`);
      const isRight = await inTurn(isPassword(link?.password ?? null, password, 'unknown'));
      if (link === null || !isRight) throw new ApiError('forbidden', { detail: WRONG });
      counted.refund();
      const input = { document: link.document, verifiedHash: link.password };
      const call = { name: 'link:enter', input } as const;
      await runCommand(runner, { user: user.id, session, call });
      return context.body(null, 204);
    });
}
