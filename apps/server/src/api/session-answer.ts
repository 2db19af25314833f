/** The answer that tells a browser its session: the user, a token, and the cookie. */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { Session } from '@tandem/protocol';
import {
  endSessionCookie,
  writeSessionCookie,
  type CookiePlace,
} from '../accounts/session-cookie.ts';
import type { SignedIn } from '../accounts/people.ts';
import type { TokenSigner } from '../accounts/session-token.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { cameByHttps } from '../http/request-scheme.ts';
import type { ApiEnvironment } from './api-environment.ts';

export type SessionConfiguration = Pick<
  Configuration,
  'publicUrl' | 'allowedOrigins' | 'allowedFrames'
>;

export interface SessionAnswerOptions {
  readonly configuration: SessionConfiguration;
  readonly tokens: TokenSigner;
}

export class SessionAnswer {
  readonly #configuration: SessionConfiguration;
  readonly #tokens: TokenSigner;

  constructor({ configuration, tokens }: SessionAnswerOptions) {
    this.#configuration = configuration;
    this.#tokens = tokens;
  }

  /** @param signed its `cookie` is null for a session known by its token: only a digest of the cookie is stored. */
  async write(
    context: Context<ApiEnvironment>,
    { user, isGuest, session, cookie }: SignedIn & { readonly cookie: string | null },
  ): Promise<Session> {
    const { incoming } = context.env;
    const { publicUrl } = this.#configuration;
    if (cookie !== null)
      context.header('Set-Cookie', writeSessionCookie(cookie, this.#placeOf(incoming)), {
        append: true,
      });
    const { headers } = incoming;
    const isElsewhere = publicUrl?.protocol === 'https:' && !cameByHttps(headers, publicUrl);
    return {
      user,
      isGuest,
      ...(await this.#tokens.sign(user.id, session)),
      ...(isElsewhere && headers.origin !== undefined ? { publicUrl: publicUrl.origin } : {}),
    };
  }

  endCookie(context: Context<ApiEnvironment>): void {
    context.header('Set-Cookie', endSessionCookie(this.#placeOf(context.env.incoming)), {
      append: true,
    });
  }

  #placeOf({ headers }: IncomingMessage): CookiePlace {
    const { publicUrl, allowedOrigins, allowedFrames } = this.#configuration;
    if (!cameByHttps(headers, publicUrl)) return 'plain';
    const isOtherSite = headers.origin !== undefined && allowedOrigins.includes(headers.origin);
    return isOtherSite || allowedFrames.length > 0 ? 'embedded' : 'secure';
  }
}
