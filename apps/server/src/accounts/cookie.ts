/** How cookies of this server are named, written and read. */

/**
 * A cookie's name and attributes depend on how the page is loaded:
 * - `plain`: by http
 * - `secure`: by https
 * - `embedded`: by https in or from pages of other sites; each site has its own cookie.
 */
export type CookiePlace = 'plain' | 'secure' | 'embedded';

const ATTRIBUTES: Record<CookiePlace, string> = {
  plain: 'SameSite=Lax',
  secure: 'SameSite=Lax; Secure',
  embedded: 'SameSite=None; Secure; Partitioned',
};

/**
 * Browsers take a cookie with this prefix from this very host and over https only, so that no page of a neighbouring
 * name can plant one (RFC 6265bis, 4.1.3.2).
 */
const HOST_PREFIX = '__Host-';

/** What a request says of its cookies. */
export interface CookieRequest {
  /** All of them. */
  readonly header: string | undefined;
  readonly place: CookiePlace;
}

export interface CookieAttributes {
  readonly place: CookiePlace;
  readonly ageSeconds: number;
  /** Over plain http only: the prefix needs the whole host. */
  readonly path?: string;
}

export const cookieName = (name: string, place: CookiePlace): string =>
  place === 'plain' ? name : `${HOST_PREFIX}${name}`;

/** @returns the value of `Set-Cookie`. */
export function writeCookie(
  name: string,
  value: string,
  { place, ageSeconds, path = '/' }: CookieAttributes,
): string {
  const at = place === 'plain' ? path : '/';
  return `${cookieName(name, place)}=${value}; Path=${at}; Max-Age=${ageSeconds}; HttpOnly; ${ATTRIBUTES[place]}`;
}

/** @returns those of this name, in the browser's order: there may be several, of other paths and domains. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const prefix = `${name}=`;
  return (header?.split(';') ?? [])
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
}
