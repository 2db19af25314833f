/** A real OpenID provider in this process, and a browser that signs in at it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import type { AtEnd } from './running-server.ts';

export interface TestPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
}

export interface IdentityProvider {
  readonly issuer: string;
  /** The value of `OIDC_PROVIDERS`. */
  readonly setting: string;
  /** Claims of people, by their login. */
  readonly people: Map<string, TestPerson>;
  stop(): Promise<void>;
}

const CLIENT = { id: 'tandem', secret: 'a-secret-of-the-tests' };

/** @param publicUrl of the server that sends people here. */
export async function startIdentityProvider(
  publicUrl: string,
  { port = 0, atEnd = onTestFinished }: { readonly port?: number; readonly atEnd?: AtEnd } = {},
): Promise<IdentityProvider> {
  // It warns of Node 20, of development keys and of its development forms.
  const [warn, info] = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info')];
  for (const spy of [warn, info]) spy.mockImplementation(() => {});
  const { default: Provider } = await import('oidc-provider');
  const people = new Map<string, TestPerson>();
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${publicUrl}/sign-in/oidc/corp`],
      },
    ],
    claims: { email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
  });
  http.on('request', provider.callback());
  const stop = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  atEnd(stop);
  atEnd(() => [warn, info].forEach((spy) => spy.mockRestore()));
  const setting = JSON.stringify([
    { id: 'corp', name: 'Corp', issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret },
  ]);
  return { issuer, setting, people, stop };
}

/**
 * Follows redirects and fills the provider's forms, as a browser does.
 *
 * @returns the address on the server to which the provider leads back.
 */
export async function signInAtProvider(url: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  const { origin } = new URL(url);
  let next: { url: string; body?: URLSearchParams } = { url };
  for (let step = 0; step < 12; step++) {
    const response = await fetch(next.url, {
      method: next.body === undefined ? 'GET' : 'POST',
      ...(next.body === undefined ? {} : { body: next.body }),
      headers: { Cookie: Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const target = new URL(location, next.url);
      if (target.origin !== origin) return target.href;
      next = { url: target.href };
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    if (action === undefined || prompt === undefined) throw new Error(`no form: ${page}`);
    const body = new URLSearchParams({ prompt, login, password: 'any' });
    next = { url: new URL(action, next.url).href, body };
  }
  throw new Error('too many redirects');
}
