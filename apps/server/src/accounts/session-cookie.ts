/** The cookie of a browser's session. Its value is chance alone; the database knows only a digest of it. */
import { randomBytes } from 'node:crypto';
import { ACCOUNTS } from '../limits.ts';

const SESSION_COOKIE = 'tandem_session';

export function createCookieValue(): string {
  return randomBytes(ACCOUNTS.cookieBytes).toString('base64url');
}

/** The session's value in a `Cookie` header; null when there is none that could be ours. */
export function readSessionCookie(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return null;
}

/**
 * Where the browser is to keep it and send it:
 * - `plain`: the page came by http
 * - `secure`: by https
 * - `embedded`: by https, and pages of other sites are around it or ask for it. Each of them has its own.
 */
export type CookiePlace = 'plain' | 'secure' | 'embedded';

const PLACES: Record<CookiePlace, string> = {
  plain: 'SameSite=Lax',
  secure: 'SameSite=Lax; Secure',
  embedded: 'SameSite=None; Secure; Partitioned',
};

/** A `Set-Cookie` header. */
export function writeSessionCookie(value: string, place: CookiePlace): string {
  return setCookie(value, { place, ageSeconds: Math.floor(ACCOUNTS.sessionLifetimeMs / 1000) });
}

/** A `Set-Cookie` header with which the browser forgets it. */
export function endSessionCookie(place: CookiePlace): string {
  return setCookie('', { place, ageSeconds: 0 });
}

function setCookie(
  value: string,
  { place, ageSeconds }: { readonly place: CookiePlace; readonly ageSeconds: number },
): string {
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${ageSeconds}; HttpOnly; ${PLACES[place]}`;
}
