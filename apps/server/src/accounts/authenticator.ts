/** Finds the user of a token or of a session cookie. */
import { TOKEN_HEADER, type User } from '@tandem/protocol';
import type { People, SignedIn } from './people.ts';
import { readSessionCookie } from './session-cookie.ts';
import type { TokenSigner } from './session-token.ts';

export interface TokenHolder {
  readonly user: User;
  /** Null for the server's own clients, which have no session. */
  readonly session: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export class Authenticator {
  readonly #people: People;
  readonly #tokens: TokenSigner;

  constructor(people: People, tokens: TokenSigner) {
    this.#people = people;
    this.#tokens = tokens;
  }

  /** Null for a token that is invalid or expired, or whose session has ended. */
  async findByToken(token: string): Promise<TokenHolder | null> {
    const claim = await this.#tokens.verify(token);
    if (claim === null) return null;
    const user = await this.#people.findByClaim(claim);
    return user === null ? null : { user, session: claim.session, expiresAt: claim.expiresAt };
  }

  async findByCookie(cookie: string): Promise<SignedIn | null> {
    return await this.#people.findByCookie(cookie);
  }

  /** Finds the session by the cookie; by the session's token where the browser or a proxy drops cookies. */
  async findByHeaders(header: (name: string) => string | undefined): Promise<SignedIn | null> {
    const cookie = readSessionCookie(header('Cookie'));
    const known = cookie === null ? null : await this.findByCookie(cookie);
    if (known !== null) return known;
    const token = header(TOKEN_HEADER);
    const holder = token === undefined ? null : await this.findByToken(token);
    if (holder === null || holder.session === null) return null;
    return { user: holder.user, session: holder.session };
  }
}
