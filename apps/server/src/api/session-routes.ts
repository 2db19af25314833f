/** Signing in as a guest or by the browser's session, and signing out. */
import { Hono } from 'hono';
import { sessionRequest } from '@tandem/protocol/accounts';
import { sessionId } from '../storage/sessions.ts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { CommandRunner } from '../commands/command-runner.ts';
import type { Log } from '../runtime/log.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { People, SignedIn } from '../accounts/people.ts';
import { ApiError } from '../http/api-error.ts';
import type { CookiePolicy } from '../http/cookie-policy.ts';
import { takeRequest, type ApiEnvironment } from './api-environment.ts';
import { runCommand } from './bounded-write.ts';
import type { SignUpGuest } from './guest-sign-up.ts';
import { readOptionalBody } from './request-body.ts';
import type { SessionAnswer } from './session-answer.ts';

export interface SessionRoutesOptions {
  readonly allowGuests: boolean;
  readonly authenticator: Authenticator;
  readonly people: People;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly sessions: SessionAnswer;
  readonly cookies: Pick<CookiePolicy, 'readSession'>;
  readonly signUpGuest: SignUpGuest;
  /** Limits requests that change something, by user. */
  readonly changes: KeyedRateLimiter;
  readonly log: Log;
}

export function sessionRoutes({
  allowGuests,
  authenticator,
  people,
  runner,
  sessions,
  cookies,
  signUpGuest,
  changes,
  log,
}: SessionRoutesOptions) {
  const resume = async (
    header: (name: string) => string | undefined,
  ): Promise<(SignedIn & { readonly cookie: string | null }) | null> => {
    const known = await authenticator.findGuestByHeaders(header);
    if (known === null) return null;
    if (known.isGuest && authenticator.isSignInRequired) throw signInRequired();
    const cookie = cookies.readSession(header);
    const isByCookie = cookie !== null && sessionId(cookie) === known.session;
    takeRequest(changes, known.user);
    // A full disk must not prevent signing in.
    people
      .extendSession(known.session)
      .catch((error: unknown) => log.warn({ err: error }, 'a session could not be extended'));
    return { ...known, cookie: isByCookie ? cookie : null };
  };

  return new Hono<ApiEnvironment>()
    .post('/session', async (context) => {
      const { guest = true } = (await readOptionalBody(context, sessionRequest)) ?? {};
      let signed = await resume((name) => context.req.header(name));
      if (signed === null) {
        // The page knows its person, who signs in again (AC11).
        if (!guest) throw new ApiError('unauthenticated');
        if (authenticator.isSignInRequired) throw signInRequired();
        if (!allowGuests)
          throw new ApiError('unauthenticated', {
            detail: 'This server takes no guests. Ask the person who runs it.',
          });
        signed = await signUpGuest(context.env.incoming);
      }
      return context.json(await sessions.write(context, signed));
    })
    .post('/session/end', async (context) => {
      const known = await authenticator.findGuestByHeaders((name) => context.req.header(name));
      if (known !== null)
        await runCommand(runner, {
          ...{ user: known.user.id, session: null },
          call: { name: 'account:end-sessions', input: { only: known.session } },
        });
      sessions.endCookie(context);
      return context.body(null, 204);
    });
}

/** AC12 */
function signInRequired(): ApiError {
  return new ApiError('unauthenticated', {
    detail:
      'On this server, people sign in. What you wrote in this browser is kept, and is yours again when you create an account or sign in.',
  });
}
