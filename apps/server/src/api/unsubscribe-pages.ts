/**
 * Where the links of mails lead that end them (DG7). Mail programs send a POST by themselves (RFC 8058), without a session;
 * programs that look at links before a person does only get a question.
 */
import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { UnsubscribeTokens } from '../digests/unsubscribe-token.ts';
import { errorBodyOf } from '../http/api-error.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import { readDigest } from '../storage/digests.ts';
import { findEmailIdentity } from '../storage/identities.ts';
import type { Database } from '../storage/tables.ts';
import type { ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';

export interface UnsubscribePagesOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly db: Database;
  readonly tokens: UnsubscribeTokens;
  /** By person. */
  readonly rate: KeyedRateLimiter;
}

export function unsubscribePages({
  runner,
  db,
  tokens,
  rate,
}: UnsubscribePagesOptions): Hono<ApiEnvironment> {
  const findPerson = (context: Context) => tokens.verify(context.req.query('token') ?? '');
  return new Hono<ApiEnvironment>()
    .use(async (context, next) => {
      await next();
      context.header('Cache-Control', 'no-store');
      context.header('Referrer-Policy', 'no-referrer');
    })
    .get('/', async (context) => {
      if ((await findPerson(context)) === null) return context.html(page(OVER), 403);
      return context.html(
        page(
          'Tandem mails you what you were notified of and have not read.',
          html`<form method="post"><button>No more mails</button></form>`,
        ),
      );
    })
    .post('/', async (context) => {
      const user = await findPerson(context);
      if (user === null) return context.html(page(OVER), 403);
      if (!rate.tryTake(user)) return context.html(page(LATER), 429);
      if (!(await isMailed(db, user))) return context.html(page(DONE));
      const call = { name: 'account:choose-mails', input: { frequency: 'never' } } as const;
      try {
        await runCommand(runner, { user, session: null, call });
      } catch (error) {
        if (errorBodyOf(error) === null) throw error;
        return context.html(page(NOT_STORED), 503);
      }
      return context.html(page(DONE));
    });
}

/** Without an address there is nothing to end. */
async function isMailed(db: Database, user: string): Promise<boolean> {
  const { frequency } = await readDigest(db, user);
  return frequency !== 'never' && (await findEmailIdentity(db, user)) !== undefined;
}

const LATER =
  'This link was used many times just now. Nothing was changed. Use it again in a minute.';
const NOT_STORED =
  'The server cannot store this at the moment, so you may get more mails. Use the link again in a few minutes.';
const DONE =
  'You get no more mails about notifications. They are in your inbox, and your account has the choice to be mailed again.';
const OVER =
  'This link is not complete, or it is older than a year. Nothing was changed. Use the link of a later mail, or choose in your account.';

function page(sentence: string, action: unknown = '') {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Tandem</title>
        <style>
          :root {
            color-scheme: light dark;
          }
          body {
            margin: 0 auto;
            padding: 3rem 1rem;
            max-width: 32rem;
            font:
              1rem/1.5 system-ui,
              sans-serif;
          }
          button {
            padding: 0.5rem 1rem;
            font: inherit;
          }
        </style>
      </head>
      <body>
        <p>${sentence}</p>
        ${action}
        <p><a href="/">Open Tandem</a></p>
      </body>
    </html> `;
}
