/** The answer that tells a browser its session: the user, a token, and the cookie. */
import type { Context } from 'hono';
import type { Session } from '@tandem/protocol';
import { endSessionCookie, writeSessionCookie } from '../accounts/session-cookie.ts';
import type { SignedIn } from '../accounts/people.ts';
import type { TokenSigner } from '../accounts/session-token.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { CookiePolicy } from '../http/cookie-policy.ts';
import { cameByHttps } from '../http/request-scheme.ts';
import type { ApiEnvironment } from './api-environment.ts';

export interface SessionAnswerOptions {
  readonly configuration: Pick<Configuration, 'publicUrl' | 'allowsPublicPages'>;
  readonly cookies: CookiePolicy;
  readonly tokens: TokenSigner;
}

export class SessionAnswer {
  readonly #options: SessionAnswerOptions;

  constructor(options: SessionAnswerOptions) {
    this.#options = options;
  }

  /** @param signed its `cookie` is null for a session known by its token: only a digest of the cookie is stored. */
  async write(
    context: Context<ApiEnvironment>,
    { user, isGuest, session, cookie }: SignedIn & { readonly cookie: string | null },
  ): Promise<Session> {
    const { headers } = context.env.incoming;
    const { configuration, cookies, tokens } = this.#options;
    const { publicUrl, allowsPublicPages } = configuration;
    if (cookie !== null)
      context.header('Set-Cookie', writeSessionCookie(cookie, cookies.placeOf(headers)), {
        append: true,
      });
    const isElsewhere = publicUrl?.protocol === 'https:' && !cameByHttps(headers, publicUrl);
    return {
      user,
      isGuest,
      publicPages: allowsPublicPages,
      ...(await tokens.sign(user.id, session)),
      ...(isElsewhere && headers.origin !== undefined ? { publicUrl: publicUrl.origin } : {}),
    };
  }

  endCookie(context: Context<ApiEnvironment>): void {
    const place = this.#options.cookies.placeOf(context.env.incoming.headers);
    context.header('Set-Cookie', endSessionCookie(place), { append: true });
  }
}
