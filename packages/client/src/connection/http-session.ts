/** The session over HTTP: the user, and the short-lived token for `hello`. */
import { errorAnswer, session, TOKEN_HEADER, type ErrorBody, type Session } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import { asksToSignIn } from './sign-in.ts';

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'unreachable' };

export type Reachability = 'reachable' | 'unreachable' | 'sign-in';

/** A token this close to its expiry is not used for a new connection. */
const EXPIRY_MARGIN_MS = 30_000;

/** Keeps a dead network from delaying an attempt longer. */
const TOKEN_TIMEOUT_MS = 8_000;
const REACHABLE_TIMEOUT_MS = 3_000;

export interface HttpSessionOptions {
  /** The server's origin, without a slash at the end; empty for the page's own. */
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Called with each session, which is then available offline. */
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
    this.#pending ??= this.#fetchSession().finally(() => (this.#pending = null));
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

  readonly reachable = async (): Promise<Reachability> => {
    const response = await this.#options.fetch(`${this.#options.base}/healthz`, {
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(REACHABLE_TIMEOUT_MS),
    });
    if (asksToSignIn(response, null)) return 'sign-in';
    // A server that starts or drains responds differently, and accepts no connection.
    const word = response.ok ? (await response.text()).trim() : '';
    return word === 'alive' ? 'reachable' : 'unreachable';
  };

  async #fetchSession(): Promise<TokenAnswer> {
    const response = await this.fetch(`${this.#options.base}/api/session`, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
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
