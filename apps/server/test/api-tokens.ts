/** API tokens of tests, and requests with them. */
import { expect } from 'vitest';
import type { ApiScope, NewApiToken } from '@tandem/protocol/api-tokens';
import type { Ask } from './route-table.ts';
import type { Reachable } from './running-server.ts';
import type { SignedIn } from './signed-in.ts';

export async function makeToken(
  person: SignedIn,
  scopes: readonly ApiScope[],
  days: number | null = null,
): Promise<string> {
  const body = { name: 'Token of a test', scopes, days };
  const answer = await person.fetch('/api/account/tokens', { method: 'POST', body });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as NewApiToken).token;
}

export interface TokenAsk extends Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param path the rest of the address after `/api`. */
export async function askWith(
  { url }: Pick<Reachable, 'url'>,
  token: string,
  { path, method = 'GET', body, bytes, headers = {} }: TokenAsk,
): Promise<Response> {
  return await fetch(`${url}/api${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(bytes === undefined ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    body: bytes ?? (body === undefined ? null : JSON.stringify(body)),
  });
}
