/**
 * A proxy that asks people to sign in answers in the server's place once its session has ended: with a redirect,
 * with 401 or 403 without the server's own reason, or with a page where the server gives none.
 */
import { errorAnswer } from '@tandem/protocol';

/** @param body of the answer, as JSON; null where it is none. */
export function asksToSignIn(response: Response, body: unknown): boolean {
  // Asked with `redirect: 'manual'`, a browser does not tell where to.
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
    return true;
  if (response.status === 401 || response.status === 403)
    return !errorAnswer.safeParse(body).success;
  return response.ok && (response.headers.get('Content-Type') ?? '').startsWith('text/html');
}
