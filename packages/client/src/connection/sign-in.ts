/**
 * Detects a proxy that responds in the server's place once its own session has ended: with a
 * redirect, with 401 or 403 without the server's reason, or with a page where the server sends
 * none.
 */
import { errorAnswer } from '@tandem/protocol';

/** @param body of the response, as JSON; null where it has none */
export function asksToSignIn(response: Response, body: unknown): boolean {
  // Browsers hide the target under `redirect: 'manual'`.
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
    return true;
  if (response.status === 401 || response.status === 403)
    return !errorAnswer.safeParse(body).success;
  return response.ok && (response.headers.get('Content-Type') ?? '').startsWith('text/html');
}
