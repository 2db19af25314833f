/** A real OpenID provider in this process, with its forms of development: any name signs in. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const CLIENT = { id: 'tandem', secret: 'a-secret-of-the-tests' };

export class IdentityProvider implements AsyncDisposable {
  readonly #http = createServer();

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    await new Promise<void>((resolve) => provider.#http.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  /** The value of `OIDC_PROVIDERS`. */
  get setting(): string {
    const { id: clientId, secret: clientSecret } = CLIENT;
    return JSON.stringify([
      { id: 'corp', name: 'Corp', issuer: this.#issuer, clientId, clientSecret },
    ]);
  }

  get #issuer(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** @param server the address of the server that sends people here. */
  async serve(server: string): Promise<void> {
    const { default: Provider } = await import('oidc-provider');
    const provider = new Provider(this.#issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${server}/sign-in/oidc/corp`],
        },
      ],
      cookies: { keys: ['a key of the tests'] },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    });
    this.#http.on('request', provider.callback());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
