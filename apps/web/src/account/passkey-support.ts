/** Whether this page may use passkeys, and why not: PK2 in the server's `accounts/README.md`. */
import { mayHavePasskeys } from '@tandem/protocol/passkeys';

/**
 * - `not-secure`: it has no https address with a name
 * - `elsewhere`: pages of another address of this server may
 * - `frame`: it is shown inside another page
 * - `browser`: the browser has no passkeys
 */
export type PasskeyObstacle =
  | { readonly kind: 'not-secure' | 'frame' | 'browser' }
  | { readonly kind: 'elsewhere'; readonly address: string };

export interface PageFacts {
  readonly origin: string;
  readonly isFrame: boolean;
  readonly hasPasskeys: boolean;
}

/**
 * @param onlyOrigin whose pages may, as the server says; null for each page.
 * @returns null where passkeys can be used.
 */
export function passkeyObstacle(
  onlyOrigin: string | null,
  page: PageFacts = thisPage(),
): PasskeyObstacle | null {
  if (onlyOrigin !== null && onlyOrigin !== page.origin)
    return isPossibleAt(onlyOrigin)
      ? { kind: 'elsewhere', address: onlyOrigin }
      : { kind: 'not-secure' };
  if (!isPossibleAt(page.origin)) return { kind: 'not-secure' };
  if (page.isFrame) return { kind: 'frame' };
  return page.hasPasskeys ? null : { kind: 'browser' };
}

function isPossibleAt(origin: string): boolean {
  return URL.canParse(origin) && mayHavePasskeys(new URL(origin));
}

function thisPage(): PageFacts {
  return {
    origin: location.origin,
    isFrame: window.self !== window.top,
    hasPasskeys: 'PublicKeyCredential' in window,
  };
}
