/**
 * A client id belongs to the user who first wrote with it. Whoever else wrote its next clocks would
 * take them away from its owner: Yjs drops what arrives later under the same ids.
 *
 * Only what is new counts. Merged updates repeat other people's structs, and that is welcome.
 */

import type { ClientRange } from './scan.ts';

/** The user who owns a client id, `undefined` when nobody has written with it. */
export type OwnerOf = (client: number) => string | undefined;

export type Ownership =
  /** `claims` are ids that nobody owns yet: the sender's, once the update is committed. */
  | { readonly kind: 'ok'; readonly claims: readonly number[] }
  | { readonly kind: 'taken'; readonly client: number };

export function checkOwnership(
  clients: readonly ClientRange[],
  sender: string,
  ownerOf: OwnerOf,
): Ownership {
  const claims: number[] = [];
  for (const { client } of clients) {
    const owner = ownerOf(client);
    if (owner === undefined) claims.push(client);
    else if (owner !== sender) return { kind: 'taken', client };
  }
  return { kind: 'ok', claims };
}
