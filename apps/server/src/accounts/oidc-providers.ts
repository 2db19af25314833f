/** OpenID Connect: the code flow with PKCE, state and nonce, at the providers that the operator has configured. */
import * as client from 'openid-client';
import { MAX_ISSUER_LENGTH, MAX_SUBJECT_LENGTH } from '@tandem/protocol/accounts';
import type { OidcProvider } from '../configuration/setting-schemas.ts';

export interface OidcFlow {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** When it began. */
  readonly at: number;
}

export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  /** Null unless the provider says that the address is verified. */
  readonly email: string | null;
  /** When the person has shown the provider who they are, as far as it says so. */
  readonly authenticatedAt: number | null;
}

export class OidcProviders {
  readonly #redirectUri: (provider: string) => string;
  readonly #providers: ReadonlyMap<string, OidcProvider>;
  readonly #discovered = new Map<string, Promise<client.Configuration>>();

  constructor(providers: readonly OidcProvider[], redirectUri: (provider: string) => string) {
    this.#redirectUri = redirectUri;
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
  }

  list(): readonly { readonly id: string; readonly name: string }[] {
    return Array.from(this.#providers.values(), ({ id, name }) => ({ id, name }));
  }

  /** The configured provider of an identity's issuer; null when there is none any more. */
  idOf(issuer: string): string | null {
    for (const provider of this.#providers.values())
      if (withoutSlash(provider.issuer) === withoutSlash(issuer)) return provider.id;
    return null;
  }

  has(id: string): boolean {
    return this.#providers.has(id);
  }

  /**
   * @param isAgain whether the provider has to ask who its person is, also when it knows the browser (AC23).
   * @throws when the provider does not answer, or nonsense.
   */
  async begin(
    id: string,
    { isAgain }: { readonly isAgain: boolean },
  ): Promise<{ readonly url: string; readonly flow: OidcFlow }> {
    const configuration = await this.#discover(id);
    const verifier = client.randomPKCECodeVerifier();
    const flow = {
      provider: id,
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier,
      at: Date.now(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirectUri(id),
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
      // With an age, the ID token says when the person signed in there (OpenID Connect Core 1.0, 2).
      ...(isAgain ? { prompt: 'login', max_age: '0' } : { max_age: ANY_AGE_S }),
    });
    return { url: url.href, flow };
  }

  /**
   * @param query of the address to which the provider has led the browser back.
   * @throws when anything does not fit: the code, the state, the nonce, the token, or the time of the sign-in at the
   *   provider when that had to be again.
   */
  async finish(
    query: string,
    { isAgain, ...flow }: OidcFlow & { readonly isAgain: boolean },
  ): Promise<OidcPerson> {
    const configuration = await this.#discover(flow.provider);
    const url = new URL(this.#redirectUri(flow.provider));
    url.search = query;
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
      // Since the flow began, but for what the clocks of both may differ.
      ...(isAgain ? { maxAge: Math.ceil((Date.now() - flow.at) / 1_000) } : {}),
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the provider sent no ID token');
    const { iss, sub, email, email_verified, auth_time } = claims;
    if (sub.length > MAX_SUBJECT_LENGTH || iss.length > MAX_ISSUER_LENGTH)
      throw new Error('the names in the ID token are longer than the standard allows');
    const isVerified = email_verified === true && typeof email === 'string';
    return {
      issuer: iss,
      subject: sub,
      email: isVerified ? email.trim().toLowerCase() : null,
      authenticatedAt: typeof auth_time === 'number' ? auth_time * 1_000 : null,
    };
  }

  /** At the first use, and again after a failure: a provider that is down does not stop the server. */
  #discover(id: string): Promise<client.Configuration> {
    const known = this.#discovered.get(id);
    if (known !== undefined) return known;
    const { issuer, clientId, clientSecret } = this.#providers.get(id) as OidcProvider;
    const isPlain = issuer.startsWith('http:');
    const discovering = client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: DISCOVERY_TIMEOUT_S,
      // Only on this machine: the setting takes no other.
      // oxlint-disable-next-line typescript/no-deprecated -- to make it stand out, as its documentation says
      ...(isPlain ? { execute: [client.allowInsecureRequests] } : {}),
    });
    this.#discovered.set(id, discovering);
    discovering.catch(() => this.#discovered.delete(id));
    return discovering;
  }
}

const DISCOVERY_TIMEOUT_S = 10;
/** Ten years: no provider's session is older. */
const ANY_AGE_S = '315360000';

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, '');
}
