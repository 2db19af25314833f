/** Calls of people who sign up, of several test files. */
import type { AnyCall } from './command-fixture.ts';

export const newSession = (id: string, replaces: string | null = null) => ({
  id,
  agent: 'Firefox',
  network: null,
  replaces,
});
export const signUp = (
  email: string,
  session: string,
  {
    replaces = null,
    ...more
  }: {
    replaces?: string | null;
    profile?: { name: string; color: number };
    invitation?: string;
  } = {},
): AnyCall => ({
  name: 'account:sign-up',
  input: {
    ...{ session: newSession(session, replaces) },
    identity: { issuer: 'email', subject: email, credential: 'hash' },
    ...{ profile: null, invitation: null, ...more },
  },
});
