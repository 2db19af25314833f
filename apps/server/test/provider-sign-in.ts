/** The requests of a browser that signs in at a provider: it leaves for there, and comes back. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { OidcRedirect } from '@tandem/protocol/accounts';
import { signInAtProvider } from './identity-provider.ts';
import type { Reachable } from './running-server.ts';
import { withCookie, type SignedIn } from './signed-in.ts';

type Address = Pick<Reachable, 'url'>;

interface Begun {
  readonly url: string;
  /** The cookie that remembers the flow. */
  readonly flow: string;
}

export async function begin(
  server: Address,
  guest: SignedIn | null,
  more: object = {},
): Promise<Begun> {
  const response = await fetch(`${server.url}/api/account/oidc`, {
    method: 'POST',
    headers: guest === null ? {} : { Cookie: guest.cookie },
    body: JSON.stringify({ provider: 'corp', to: '/d/abc', purpose: 'sign-in', ...more }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  const flow = response.headers.get('set-cookie')!.split(';', 1)[0]!;
  return { url: ((await response.json()) as OidcRedirect).url, flow };
}

export async function comeBack(back: string, cookies: readonly string[]): Promise<Response> {
  return await fetch(back, { headers: { Cookie: cookies.join('; ') }, redirect: 'manual' });
}

/** The address in the application to which the answer leads, with its result. */
export const resultOf = (response: Response): string | null => response.headers.get('location');

export async function signedInBy(
  server: Address,
  login: string,
  guest: SignedIn | null,
  more: object = {},
): Promise<{ readonly response: Response; readonly back: string; readonly flow: string }> {
  const { url, flow } = await begin(server, guest, more);
  const back = await signInAtProvider(url, login);
  const response = await comeBack(back, [flow, ...(guest === null ? [] : [guest.cookie])]);
  return { response, back, flow };
}

export async function personOf(server: Address, response: Response): Promise<SignedIn> {
  const cookie = sessionCookieIn(response)!;
  const session = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { Cookie: cookie },
  });
  return await withCookie(server, session);
}

export function sessionCookieIn(response: Response): string | undefined {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0]!)
    .find((pair) => /^(?:__Host-)?tandem_session=.+/.test(pair));
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
