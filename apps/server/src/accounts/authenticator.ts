/** Finds the user of a token or of a session cookie. */
import { TOKEN_HEADER, type User } from '@tandem/protocol';
import { readApiToken, type ApiTokenHolder, type ApiTokens } from './api-tokens.ts';
import type { CurrentSettings } from './current-settings.ts';
import type { People, SignedIn } from './people.ts';
import type { TokenSigner } from './session-token.ts';

export interface TokenHolder {
  readonly user: User;
  readonly isGuest: boolean;
  /** Null for the server's own clients, which have no session. */
  readonly session: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Reads a header of a request by its name. */
export type HeaderReader = (name: string) => string | undefined;

export interface AuthenticatorOptions {
  readonly people: People;
  readonly tokens: TokenSigner;
  readonly apiTokens: ApiTokens;
  readonly settings: CurrentSettings;
  /** @returns the one that counts (AC30). */
  readonly readSessionCookie: (header: HeaderReader) => string | null;
}

export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Null for a token that is invalid or expired, whose session has ended, or whose guest may not enter (AC12). */
  async findByToken(token: string): Promise<TokenHolder | null> {
    const holder = await this.#findByToken(token);
    return holder !== null && holder.isGuest && this.isSignInRequired ? null : holder;
  }

  async findByCookie(cookie: string): Promise<SignedIn | null> {
    const known = await this.#options.people.findByCookie(cookie);
    return known !== null && known.isGuest && this.isSignInRequired ? null : known;
  }

  /**
   * Finds whose API token the request has; undefined without one, and then only a session counts. What the token is
   * good for is for the caller to check (AT4).
   */
  async findByApiToken(header: HeaderReader): Promise<ApiTokenHolder | null | undefined> {
    const token = readApiToken(header('Authorization'));
    return token === null ? undefined : await this.#options.apiTokens.find(token);
  }

  /** Finds the caller by the API token of the request or, without one, by its session. */
  async findCaller(header: HeaderReader): Promise<SignedIn | null> {
    const holder = await this.findByApiToken(header);
    return holder === undefined ? await this.findByHeaders(header) : holder;
  }

  /** Finds the session by the cookie; by the session's token where the browser or a proxy drops cookies. */
  async findByHeaders(header: HeaderReader): Promise<SignedIn | null> {
    const known = await this.findGuestByHeaders(header);
    return known !== null && known.isGuest && this.isSignInRequired ? null : known;
  }

  /** Finds also a guest who may only sign up or in. */
  async findGuestByHeaders(header: HeaderReader): Promise<SignedIn | null> {
    // A request with an API token has no session (AT3).
    if (readApiToken(header('Authorization')) !== null) return null;
    const cookie = this.#options.readSessionCookie(header);
    const known = cookie === null ? null : await this.#options.people.findByCookie(cookie);
    if (known !== null) return known;
    const token = header(TOKEN_HEADER);
    const holder = token === undefined ? null : await this.#findByToken(token);
    if (holder === null || holder.session === null) return null;
    return { user: holder.user, isGuest: holder.isGuest, session: holder.session };
  }

  get isSignInRequired(): boolean {
    return this.#options.settings.get().signIn === 'required';
  }

  async #findByToken(token: string): Promise<TokenHolder | null> {
    const { people, tokens } = this.#options;
    const claim = await tokens.verify(token);
    if (claim === null) return null;
    const known = await people.findByClaim(claim);
    if (known === null) return null;
    // The server's own clients have no session, and are no guests.
    const isGuest = known.isGuest && claim.session !== null;
    return { user: known.user, isGuest, session: claim.session, expiresAt: claim.expiresAt };
  }
}
