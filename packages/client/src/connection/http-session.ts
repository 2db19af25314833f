/** The signed-in side of HTTP: who we are, and the short-lived token for `hello`. */
import { errorAnswer, session, TOKEN_HEADER, type Session } from '@tandem/protocol';
import type { Clock } from '../environment.ts';
import type { Reachability, TokenAnswer } from './connection.ts';
import { asksToSignIn } from './sign-in.ts';

/** A token this close to its end is not used for a new connection. */
const EXPIRY_MARGIN_MS = 30_000;

/** A network that carries nothing must not keep a try waiting. */
const TOKEN_TIMEOUT_MS = 8_000;
const REACHABLE_TIMEOUT_MS = 3_000;

export interface HttpSessionOptions {
  /** Where the server is, without a slash at the end; empty for the page's own origin. */
  readonly base: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Told of each answer, for what must be known while offline. */
  readonly known?: (session: Session) => void;
}

export class HttpSession {
  readonly #options: HttpSessionOptions;
  #session: Session | null = null;
  #asking: Promise<TokenAnswer> | null = null;

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
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  };

  /** `fetch` for what belongs to the session, which the server knows by the token where no cookie gets through. */
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
    // One that starts or drains has another word: it opens no connection, whatever carries it.
    const word = response.ok ? (await response.text()).trim() : '';
    return word === 'alive' ? 'reachable' : 'unreachable';
  };

  async #ask(): Promise<TokenAnswer> {
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
      // Not of the server: something on the way does not pass it on.
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
