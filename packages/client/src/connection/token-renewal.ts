/** Replaces the token of a living connection when the server asks for it (W35). */
import type { Clock } from '../environment.ts';
import type { TokenAnswer } from './http-session.ts';

const RETRY_MS = 10_000;

export interface TokenRenewalOptions {
  readonly clock: Clock;
  readonly fetch: () => Promise<TokenAnswer>;
  readonly send: (token: string) => void;
}

export class TokenRenewal {
  readonly #options: TokenRenewalOptions;
  #current: object = {};
  #timer: unknown = null;

  constructor(options: TokenRenewalOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { clock, fetch, send } = this.#options;
    const current = this.#current;
    const answer = await fetch();
    if (this.#current !== current) return;
    if (answer.kind === 'token') send(answer.token);
    // The server closes the connection after a permanent refusal when the old token expires.
    else this.#timer = clock.setTimeout(() => void this.start(), RETRY_MS);
  }

  cancel(): void {
    this.#current = {};
    this.#options.clock.clearTimeout(this.#timer);
  }
}
