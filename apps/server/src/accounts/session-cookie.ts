/** The session cookie. Its value is random; the database stores only a digest of it. */
import { randomBytes } from 'node:crypto';
import { ACCOUNTS } from '../storage/limits.ts';
import { cookieName, cookieValues, writeCookie, type CookiePlace } from './cookie.ts';

const NAME = 'tandem_session';

export function createCookieValue(): string {
  return randomBytes(ACCOUNTS.cookieBytes).toString('base64url');
}

/**
 * What tells one browser from another, and is no proof of who it is.
 *
 * @returns the cookie that counts over https, or else over http.
 */
export function readAnySessionCookie(header: string | undefined): string | null {
  return readSessionCookie(header, 'secure') ?? readSessionCookie(header, 'plain');
}

export function readSessionCookie(header: string | undefined, place: CookiePlace): string | null {
  const values = cookieValues(header, cookieName(NAME, place));
  return values.find((value) => /^[\w-]{43}$/.test(value)) ?? null;
}

export function writeSessionCookie(value: string, place: CookiePlace): string {
  const ageSeconds = Math.floor(ACCOUNTS.sessionLifetimeMs / 1_000);
  return writeCookie(NAME, value, { place, ageSeconds });
}

export function endSessionCookie(place: CookiePlace): string {
  return writeCookie(NAME, '', { place, ageSeconds: 0 });
}
