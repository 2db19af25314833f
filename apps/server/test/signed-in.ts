/** Signs in a guest of the running server. */
import type { Session } from '@tandem/protocol';
import type { Reachable } from './running-server.ts';

export interface SignedIn extends Session {
  readonly cookie: string;
  fetch(
    path: string,
    init?: { method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Response>;
}

export async function signIn(server: Pick<Reachable, 'url'>): Promise<SignedIn> {
  return await withCookie(server, await fetch(`${server.url}/api/session`, { method: 'POST' }));
}

/** @param response the answer to a request that begins a session. */
export async function withCookie(
  server: Pick<Reachable, 'url'>,
  response: Response,
): Promise<SignedIn> {
  const cookie = (response.headers.get('set-cookie') ?? '').split(';', 1)[0] as string;
  const session = (await response.json()) as Session;
  return { ...session, cookie, fetch: fetchFrom(server, cookie) };
}

/** The same person, whose requests go to another server of the database, or to the same after a restart. */
export function onServer<T extends SignedIn>(person: T, server: Pick<Reachable, 'url'>): T {
  return { ...person, fetch: fetchFrom(server, person.cookie) };
}

function fetchFrom({ url }: Pick<Reachable, 'url'>, cookie: string): SignedIn['fetch'] {
  return (path, { method = 'GET', body, headers = {} } = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { Cookie: cookie, 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
}

/** By which the browser is known to the account in which it has signed in (AC31). */
export function deviceCookieIn(response: Response): string | undefined {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0]!)
    .find((pair) => /^(?:__Host-)?tandem_device=.+/.test(pair));
}
