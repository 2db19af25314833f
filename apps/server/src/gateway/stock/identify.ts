/** Who a stock client is: nobody in particular, or the user of the token that it brought. */
import { errorOf, type ErrorBody, type User } from '@tandem/protocol';
import type { Log } from '../../log.ts';
import { ANONYMOUS } from '../../sessions/people.ts';
import type { DialogueServices } from '../dialogue-services.ts';

export type Identity =
  | { readonly kind: 'known'; readonly user: User }
  | { readonly kind: 'refused'; readonly error: ErrorBody };

/** @param token empty where there is none. */
export async function identify(
  token: string,
  { tokens, people }: DialogueServices,
  log: Log,
): Promise<Identity> {
  if (token === '') return { kind: 'known', user: ANONYMOUS };
  try {
    const id = await tokens.verify(token);
    const user = id === null ? null : await people.find(id);
    if (user !== null) return { kind: 'known', user };
    const detail =
      'This token is not valid, or no longer. Fetch a new one, or connect without one.';
    return { kind: 'refused', error: errorOf('unauthenticated', { detail }) };
  } catch (error) {
    log.error({ err: error }, 'a token could not be looked up');
    return { kind: 'refused', error: errorOf('storage-failed') };
  }
}
