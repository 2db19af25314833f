/** Browsers that have signed in to an account before: AC31 in `accounts/README.md`. */
import type { Context } from 'hono';
import type { CookieRequest } from '../accounts/cookie.ts';
import { DeviceCookie, type Credentials } from '../accounts/device-cookie.ts';
import type { Secrets } from '../configuration/setting-schemas.ts';
import type { CookiePolicy } from '../http/cookie-policy.ts';
import type { ApiEnvironment } from './api-environment.ts';

type RequestContext = Context<ApiEnvironment>;

export interface KnownBrowsersOptions {
  readonly secrets: Secrets;
  readonly cookies: CookiePolicy;
}

export class KnownBrowsers {
  readonly #devices: DeviceCookie;
  readonly #cookies: CookiePolicy;

  constructor({ secrets, cookies }: KnownBrowsersOptions) {
    this.#devices = new DeviceCookie(secrets);
    this.#cookies = cookies;
  }

  /** @returns what attempts from this browser count by; null for a browser that is not known to this account. */
  async find(
    context: RequestContext,
    credentials: Credentials | undefined,
  ): Promise<string | null> {
    return await this.#devices.find(cookiesOf(context, this.#cookies), credentials);
  }

  /** @returns the id of a browser that has signed in to any account; null for another one. */
  async deviceOf(context: RequestContext): Promise<string | null> {
    return await this.#devices.deviceOf(cookiesOf(context, this.#cookies));
  }

  /** Lets the next attempt from this browser count by itself. */
  async remember(context: RequestContext, credentials: Credentials): Promise<void> {
    const line = await this.#devices.add(cookiesOf(context, this.#cookies), credentials);
    context.header('Set-Cookie', line, { append: true });
  }
}

export function cookiesOf({ env }: RequestContext, cookies: CookiePolicy): CookieRequest {
  const { headers } = env.incoming;
  return { header: headers.cookie, place: cookies.placeOf(headers) };
}
