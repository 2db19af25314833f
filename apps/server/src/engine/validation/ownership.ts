/**
 * A Yjs client id belongs to the user who first wrote with it. Another user who wrote the id's next
 * clocks would take them from its owner, because Yjs drops structs that arrive later under the same ids.
 *
 * Only new structs count: merged updates may repeat other users' structs.
 */

import type { ClientRange } from './scan.ts';

export type OwnerOf = (client: number) => string | undefined;

export type Ownership =
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
