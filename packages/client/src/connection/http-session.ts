/** The session over HTTP: the user, and the short-lived token for `hello`. */
import { errorAnswer, session, TOKEN_HEADER, type ErrorBody, type Session } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import { withTimeout } from '../request-timeout.ts';

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'unreachable' };

export type Reachability = 'reachable' | 'unreachable' | 'sign-in';

const EXPIRY_MARGIN_MS = 30_000;

const TOKEN_TIMEOUT_MS = 8_000;
const REACHABLE_TIMEOUT_MS = 3_000;

export interface HttpSessionOptions {
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly known?: (session: Session) => void;
}

export class HttpSession {
  readonly #options: HttpSessionOptions;
  #session: Session | null = null;
  #pending: Promise<TokenAnswer> | null = null;

  constructor(options: HttpSessionOptions) {
    this.#options = options;
  }

  readonly token = async ({ fresh }: { readonly fresh: boolean }): Promise<TokenAnswer> => {
    const known = this.#session;
    if (
      !fresh &&
      known !== null &&
      known.expiresAt - EXPIRY_MARGIN_MS > this.#options.clock.now()
    ) {
      return { kind: 'token', token: known.token };
    }
    const timeout = { clock: this.#options.clock, limitMs: TOKEN_TIMEOUT_MS };
    this.#pending ??= withTimeout(timeout, (signal) => this.#fetchSession(signal)).finally(
      () => (this.#pending = null),
    );
    return this.#pending;
  };

  /**
   * `fetch` for requests of the session, which identifies itself by the token where no cookie gets
   * through.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (this.#session !== null) headers.set(TOKEN_HEADER, this.#session.token);
    return await this.#options.fetch(input, { ...init, headers });
  };

  readonly reachable = (): Promise<Reachability> => {
    const { base, fetch, clock } = this.#options;
    return withTimeout({ clock, limitMs: REACHABLE_TIMEOUT_MS }, async (signal) => {
      const response = await fetch(`${base}/healthz`, {
        cache: 'no-store',
        redirect: 'manual',
        signal,
      });
      if (asksToSignIn(response, null)) return 'sign-in';
      // A server that starts or drains responds differently, and accepts no connection.
      const status = response.ok ? (await response.text()).trim() : '';
      return status === 'alive' ? 'reachable' : 'unreachable';
    });
  };

  async #fetchSession(signal: AbortSignal): Promise<TokenAnswer> {
    const response = await this.fetch(`${this.#options.base}/api/session`, {
      method: 'POST',
      redirect: 'manual',
      signal,
    }).catch(() => null);
    if (response === null || response.status >= 500) return { kind: 'unreachable' };
    const body: unknown = await response.json().catch(() => null);
    if (asksToSignIn(response, body)) return { kind: 'sign-in' };
    if (!response.ok) {
      const refusal = errorAnswer.safeParse(body);
      // The response is not the server's: a proxy blocks the request.
      return refusal.success
        ? { kind: 'refused', error: refusal.data.error }
        : { kind: 'unreachable' };
    }
    const answer = session.safeParse(body);
    if (!answer.success) return { kind: 'unreachable' };
    this.#session = answer.data;
    this.#options.known?.(answer.data);
    return { kind: 'token', token: answer.data.token };
  }
}

/**
 * Detects a proxy that responds in the server's place once its own session has ended: with a
 * redirect, with 401 or 403 without the server's reason, or with a page where the server sends
 * none.
 *
 * @param body of the response, as JSON; null where it has none
 */
export function asksToSignIn(response: Response, body: unknown): boolean {
  // Browsers hide the target under `redirect: 'manual'`.
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
    return true;
  if (response.status === 401 || response.status === 403)
    return !errorAnswer.safeParse(body).success;
  return response.ok && (response.headers.get('Content-Type') ?? '').startsWith('text/html');
}
