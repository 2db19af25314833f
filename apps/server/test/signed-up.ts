/** Gives people of the running server an account. */
import { ulid } from 'ulid';
import { expect } from 'vitest';
import type { Reachable } from './running-server.ts';
import { signIn, withCookie, type SignedIn } from './signed-in.ts';

export const PASSWORD = 'a password of tests';
export const newAddress = (): string => `${ulid().toLowerCase()}@example.org`;

export interface SignedUp extends SignedIn {
  readonly email: string;
}

export interface SignUp {
  /** Who signs up; somebody new unless it is given. */
  readonly guest?: SignedIn;
  readonly email?: string;
}

export async function signUp(
  server: Pick<Reachable, 'url'>,
  { guest, email = newAddress() }: SignUp = {},
): Promise<SignedUp> {
  const body = { email, password: PASSWORD };
  const answer = await postToAccount(guest ?? (await signIn(server)), 'sign-up', body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return { ...(await withCookie(server, answer)), email };
}

/** @param path the rest of the address after `/api/account/`. */
export async function postToAccount(
  person: SignedIn,
  path: string,
  body: unknown,
): Promise<Response> {
  return await person.fetch(`/api/account/${path}`, { method: 'POST', body });
}
