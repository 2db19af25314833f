/** A browser with an authenticator, at a running server. */
import { expect } from 'vitest';
import type { PasskeyCreation, PasskeyRequest, Passkeys } from '@tandem/protocol/passkeys';
import type { Reachable } from './running-server.ts';
import { withCookie, type SignedIn } from './signed-in.ts';
import {
  SoftwareAuthenticator,
  type Lies,
  type SoftwareCredential,
} from './software-authenticator.ts';

export interface Attempt extends Lies {
  readonly credential?: SoftwareCredential;
  /** The browser's session until now. */
  readonly guest?: SignedIn | null;
  readonly as?: string;
  /** Another server of the same database. */
  readonly at?: Pick<Reachable, 'url'>;
}

export interface PasskeyClientOptions {
  /** The page's; that of the server unless it is given. */
  readonly origin?: string;
  /** The network address, for a server that trusts its proxy. */
  readonly from?: string;
}

export class PasskeyClient {
  readonly authenticator: SoftwareAuthenticator;
  /** The cookies besides the session's, by name: open challenges, and the accounts to which the browser is known. */
  readonly cookies = new Map<string, string>();
  readonly #server: Pick<Reachable, 'url'>;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    server: Pick<Reachable, 'url'>,
    { origin = server.url, from }: PasskeyClientOptions = {},
  ) {
    this.#server = server;
    this.#headers = { Origin: origin, ...(from === undefined ? {} : { 'X-Forwarded-For': from }) };
    this.authenticator = new SoftwareAuthenticator(origin);
  }

  /** @param path the rest of the address after `/api/account/passkeys`. */
  async post(person: SignedIn | null, path: string, body?: unknown): Promise<Response> {
    return await this.#postTo(this.#server, { person, path, body });
  }

  async options(person: SignedIn): Promise<PasskeyCreation> {
    const answer = await this.post(person, '/options');
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as PasskeyCreation;
  }

  async tryAdd(person: SignedIn, lies: Lies = {}, name = 'Laptop'): Promise<Response> {
    const credential = this.authenticator.create(await this.options(person), lies);
    return await this.post(person, '', { name, credential });
  }

  async add(person: SignedIn, name = 'Laptop', lies: Lies = {}): Promise<SoftwareCredential> {
    const answer = await this.tryAdd(person, lies, name);
    expect(answer.status, await answer.clone().text()).toBe(204);
    return this.authenticator.credentials.at(-1)!;
  }

  async list(person: SignedIn): Promise<Passkeys['passkeys']> {
    return ((await (await person.fetch('/api/account/passkeys')).json()) as Passkeys).passkeys;
  }

  /** @returns a challenge, whose cookie the browser keeps. */
  async request(at = this.#server): Promise<PasskeyRequest> {
    const answer = await this.#postTo(at, { person: null, path: '/sign-in/options' });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as PasskeyRequest;
  }

  async send(credential: unknown, attempt: Attempt = {}): Promise<Response> {
    const { guest = null, as, at = this.#server } = attempt;
    const body = { credential, ...(as === undefined ? {} : { as }) };
    return await this.#postTo(at, { person: guest, path: '/sign-in', body });
  }

  async trySignIn(attempt: Attempt = {}): Promise<Response> {
    const options = await this.request();
    return await this.send(this.authenticator.use(options, attempt), attempt);
  }

  async signIn(attempt: Attempt = {}): Promise<SignedIn> {
    const answer = await this.trySignIn(attempt);
    expect(answer.status, await answer.clone().text()).toBe(200);
    return await withCookie(attempt.at ?? this.#server, answer);
  }

  async confirm(person: SignedIn, attempt: Attempt = {}): Promise<Response> {
    const options = (await (await this.post(person, '/confirm/options')).json()) as PasskeyRequest;
    const credential = this.authenticator.use(options, attempt);
    return await this.post(person, '/confirm', { credential });
  }

  async #postTo(
    { url }: Pick<Reachable, 'url'>,
    {
      person,
      path,
      body,
    }: { readonly person: SignedIn | null; readonly path: string; readonly body?: unknown },
  ): Promise<Response> {
    const cookies = [...(person === null ? [] : [person.cookie]), ...this.cookies.values()];
    const answer = await fetch(`${url}/api/account/passkeys${path}`, {
      method: 'POST',
      headers: {
        ...this.#headers,
        'Content-Type': 'application/json',
        ...(cookies.length === 0 ? {} : { Cookie: cookies.join('; ') }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line.split(';', 1)[0] as string);
    return answer;
  }

  #keep(pair: string): void {
    const name = pair.slice(0, pair.indexOf('='));
    if (/tandem_(?:passkey|device)$/.test(name)) this.cookies.set(name, pair);
  }
}

export async function sentenceOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { message: string } };
  return error.message;
}
