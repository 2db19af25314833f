/** Properties of updates and state vectors that need no document. */
import { MAX_UPDATE_BYTES } from '@tandem/protocol';
import * as Y from 'yjs';

/** Whether the server and `updates` have all structs of `copy`. State vectors omit deletions. */
export function isCovered(
  copy: Uint8Array,
  { server, updates }: { readonly server: Uint8Array; readonly updates: readonly Uint8Array[] },
): boolean {
  const known = Y.decodeStateVector(server);
  for (const update of updates) {
    const { from, to } = Y.parseUpdateMeta(update);
    for (const [client, end] of to) {
      const start = known.get(client) ?? 0;
      if ((from.get(client) ?? 0) <= start) known.set(client, Math.max(start, end));
    }
  }
  return [...Y.decodeStateVector(copy)].every(
    ([client, clock]) => clock <= (known.get(client) ?? 0),
  );
}

export function isEmptyUpdate(update: Uint8Array): boolean {
  return update.byteLength <= 2;
}

export function isSendable(update: Uint8Array): boolean {
  return update.byteLength <= MAX_UPDATE_BYTES;
}

export function isStateVector(bytes: Uint8Array): boolean {
  try {
    Y.decodeStateVector(bytes);
    return true;
  } catch {
    return false;
  }
}

export function isEmptyStateVector(stateVector: Uint8Array): boolean {
  return stateVector[0] === 0;
}
