/** The session cookie. Its value is random; the database stores only a digest of it. */
import { randomBytes } from 'node:crypto';
import { ACCOUNTS } from '../limits.ts';

const SESSION_COOKIE = 'tandem_session';

export function createCookieValue(): string {
  return randomBytes(ACCOUNTS.cookieBytes).toString('base64url');
}

export function readSessionCookie(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return null;
}

/**
 * The cookie's attributes depend on how the page is loaded:
 * - `plain`: by http
 * - `secure`: by https
 * - `embedded`: by https in or from pages of other sites; each site has its own cookie.
 */
export type CookiePlace = 'plain' | 'secure' | 'embedded';

const PLACES: Record<CookiePlace, string> = {
  plain: 'SameSite=Lax',
  secure: 'SameSite=Lax; Secure',
  embedded: 'SameSite=None; Secure; Partitioned',
};

export function writeSessionCookie(value: string, place: CookiePlace): string {
  return setCookie(value, { place, ageSeconds: Math.floor(ACCOUNTS.sessionLifetimeMs / 1000) });
}

export function endSessionCookie(place: CookiePlace): string {
  return setCookie('', { place, ageSeconds: 0 });
}

function setCookie(
  value: string,
  { place, ageSeconds }: { readonly place: CookiePlace; readonly ageSeconds: number },
): string {
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${ageSeconds}; HttpOnly; ${PLACES[place]}`;
}
