/** Which pages may use passkeys, and for what host: PK2 in `accounts/README.md`. */
import { mayHavePasskeys } from '@tandem/protocol/passkeys';
import type { RelyingParty } from '../accounts/passkey-ceremony.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { createOriginPolicy, type Caller, type OriginPolicy } from './origin-policy.ts';

export class RelyingParties {
  readonly #publicUrl: URL | null;
  readonly #originPolicy: OriginPolicy;

  constructor({ publicUrl, mode }: Pick<Configuration, 'publicUrl' | 'mode'>) {
    this.#publicUrl = publicUrl;
    // Other sites may use the server; its passkeys are for its own pages.
    this.#originPolicy = createOriginPolicy({ publicUrl, mode, allowedOrigins: [] });
  }

  /** Null where each page of this server may have passkeys, as far as browsers allow. */
  get onlyOrigin(): string | null {
    return this.#publicUrl?.origin ?? null;
  }

  /** @returns null for a page to which browsers, or the operator, give no passkeys. */
  of({ origin, host }: Caller): RelyingParty | null {
    if (origin === undefined || this.#originPolicy({ origin, host }) !== 'allowed') return null;
    if (this.#publicUrl !== null && origin !== this.#publicUrl.origin) return null;
    const url = new URL(origin);
    return mayHavePasskeys(url) ? { host: url.hostname, origin } : null;
  }

  /**
   * Whether a passkey that was made for a host signs in at the address of a request. A page names its origin only when it
   * changes something: one that reads is taken for an encrypted one.
   */
  isInUse(host: string, request: Caller): boolean {
    const page = this.#publicUrl?.origin ?? request.origin ?? `https://${request.host}`;
    if (!URL.canParse(page)) return false;
    const url = new URL(page);
    return url.hostname === host && mayHavePasskeys(url);
  }
}
