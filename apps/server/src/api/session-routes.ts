/** Signing in, and signing out. */
import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import type { Session } from '@tandem/protocol';
import { sessionId } from '../storage/sessions.ts';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../runtime/log.ts';
import type { KeyedRateLimiter } from '../runtime/keyed-rate-limiter.ts';
import type { TokenSigner } from '../accounts/session-token.ts';
import type { People, SignedIn } from '../accounts/people.ts';
import {
  endSessionCookie,
  readSessionCookie,
  writeSessionCookie,
  type CookiePlace,
} from '../accounts/session-cookie.ts';
import { ApiError } from '../http/api-error.ts';
import { takeRequest, type ApiEnvironment } from './api-environment.ts';
import type { SignUpGuest } from './guest-sign-up.ts';
import { cameByHttps } from '../http/request-scheme.ts';

export interface SessionRoutesOptions {
  readonly configuration: SessionConfiguration;
  readonly authenticator: Authenticator;
  readonly people: People;
  readonly tokens: TokenSigner;
  readonly signUpGuest: SignUpGuest;
  /** Limits requests that change something, by user. */
  readonly changes: KeyedRateLimiter;
  readonly log: Log;
}

type SessionConfiguration = Pick<
  Configuration,
  'publicUrl' | 'allowedOrigins' | 'allowedFrames' | 'allowGuests'
>;

export function sessionRoutes({
  configuration,
  authenticator,
  people,
  tokens,
  signUpGuest,
  changes,
  log,
}: SessionRoutesOptions): Hono<ApiEnvironment> {
  const { publicUrl, allowedOrigins, allowedFrames } = configuration;

  const cookiePlace = (request: IncomingMessage): CookiePlace => {
    const { headers } = request;
    if (!cameByHttps(headers, publicUrl)) return 'plain';
    const isOtherSite = headers.origin !== undefined && allowedOrigins.includes(headers.origin);
    return isOtherSite || allowedFrames.length > 0 ? 'embedded' : 'secure';
  };

  /**
   * `cookie` is null for a session known by its token: the database stores only a digest of the
   * cookie.
   */
  const resume = async (
    header: (name: string) => string | undefined,
  ): Promise<(SignedIn & { readonly cookie: string | null }) | null> => {
    const known = await authenticator.findByHeaders(header);
    if (known === null) return null;
    const cookie = readSessionCookie(header('Cookie'));
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
      let signed = await resume((name) => context.req.header(name));
      if (signed === null) {
        if (!configuration.allowGuests)
          throw new ApiError('unauthenticated', {
            detail: 'This server takes no guests. Ask the person who runs it.',
          });
        signed = await signUpGuest(context.env.incoming);
      }
      if (signed.cookie !== null)
        context.header(
          'Set-Cookie',
          writeSessionCookie(signed.cookie, cookiePlace(context.env.incoming)),
        );
      const { user, session } = signed;
      const { headers } = context.env.incoming;
      const isElsewhere = publicUrl?.protocol === 'https:' && !cameByHttps(headers, publicUrl);
      const answer: Session = {
        user,
        ...(await tokens.sign(user.id, session)),
        ...(isElsewhere && headers.origin !== undefined ? { publicUrl: publicUrl.origin } : {}),
      };
      return context.json(answer);
    })
    .post('/session/end', async (context) => {
      const known = await authenticator.findByHeaders((name) => context.req.header(name));
      if (known !== null) await people.endSession(known.session);
      context.header('Set-Cookie', endSessionCookie(cookiePlace(context.env.incoming)));
      return context.body(null, 204);
    });
}
