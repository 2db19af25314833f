/** The cookie of a browser's session. Its value is chance alone; the database knows only a digest of it. */
import { randomBytes } from 'node:crypto';
import { COOKIE_BYTES, SESSION_LIFETIME_MS } from '../limits.ts';

const SESSION_COOKIE = 'tandem_session';

export function createCookieValue(): string {
  return randomBytes(COOKIE_BYTES).toString('base64url');
}

/** The session's value in a `Cookie` header; null when there is none that could be ours. */
export function readSessionCookie(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return null;
}

/** A `Set-Cookie` header. */
export function writeSessionCookie(
  value: string,
  { secure }: { readonly secure: boolean },
): string {
  return setCookie(value, { secure, ageSeconds: Math.floor(SESSION_LIFETIME_MS / 1000) });
}

/** A `Set-Cookie` header with which the browser forgets it. */
export function endSessionCookie({ secure }: { readonly secure: boolean }): string {
  return setCookie('', { secure, ageSeconds: 0 });
}

function setCookie(
  value: string,
  { secure, ageSeconds }: { readonly secure: boolean; readonly ageSeconds: number },
): string {
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${ageSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
