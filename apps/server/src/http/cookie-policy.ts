/** Which cookies a browser gets, and which session cookie of a request counts: AC30 in `accounts/README.md`. */
import type { HeaderReader } from '../accounts/authenticator.ts';
import type { CookiePlace } from '../accounts/cookie.ts';
import { readSessionCookie } from '../accounts/session-cookie.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { cameByHttps, type SchemeHeaders } from './request-scheme.ts';

export type CookieConfiguration = Pick<
  Configuration,
  'publicUrl' | 'tls' | 'allowedOrigins' | 'allowedFrames'
>;

export class CookiePolicy {
  readonly #configuration: CookieConfiguration;

  constructor(configuration: CookieConfiguration) {
    this.#configuration = configuration;
  }

  placeOf(headers: SchemeHeaders): CookiePlace {
    const { allowedOrigins, allowedFrames } = this.#configuration;
    if (!this.#isHttps(headers)) return 'plain';
    const isOtherSite = headers.origin !== undefined && allowedOrigins.includes(headers.origin);
    return isOtherSite || allowedFrames.length > 0 ? 'embedded' : 'secure';
  }

  /**
   * Over https, a page of a neighbouring name can plant a cookie without the prefix, so that it does not count. A server that
   * cannot tell how a request came, because it does not know its `PUBLIC_URL`, prefers the one with it.
   */
  readSession(header: HeaderReader): string | null {
    const secure = readSessionCookie(header('Cookie'), 'secure');
    if (secure !== null) return secure;
    const scheme = {
      origin: header('Origin'),
      host: header('Host'),
      'x-forwarded-proto': header('X-Forwarded-Proto'),
    };
    return this.#isHttps(scheme) ? null : readSessionCookie(header('Cookie'), 'plain');
  }

  #isHttps(headers: SchemeHeaders): boolean {
    const { tls, publicUrl } = this.#configuration;
    return tls !== null || cameByHttps(headers, publicUrl);
  }
}
