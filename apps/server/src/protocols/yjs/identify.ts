/** Authenticates a stock client: the user of its token, or anonymous without one. */
import { errorOf, type ErrorBody, type User } from '@tandem/protocol';
import type { Authenticator } from '../../accounts/authenticator.ts';
import { ANONYMOUS } from '../../accounts/people.ts';
import type { Connection } from '../../connection/connection.ts';

export type Identity =
  | { readonly kind: 'known'; readonly user: User }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** Binds the connection to the token's session. @param token empty where there is none. */
export async function identify(
  token: string,
  authenticator: Authenticator,
  connection: Connection,
): Promise<Identity> {
  if (token === '') return { kind: 'known', user: ANONYMOUS };
  try {
    const holder = await authenticator.findByToken(token);
    if (holder !== null) {
      const { user, session } = holder;
      // The connection ends with its session, so it cannot belong to two.
      if (connection.session !== null && connection.session !== session) {
        const detail = 'This connection belongs to another sign-in. Open one of its own.';
        return { kind: 'refused', error: errorOf('unauthenticated', { detail }) };
      }
      connection.session = session;
      return { kind: 'known', user };
    }
    const detail =
      'This token is not valid, or no longer. Fetch a new one, or connect without one.';
    return { kind: 'refused', error: errorOf('unauthenticated', { detail }) };
  } catch (error) {
    connection.log.error({ err: error, connection: connection.id }, 'token lookup failed');
    return { kind: 'refused', error: errorOf('storage-failed') };
  }
}
