import type { ClientChannel } from '@tandem/sync';
import * as Y from 'yjs';
import type { DocumentReplica } from './document-replica.ts';
import type { DocumentPersistence, RejectedWork } from './document-persistence.ts';

/**
 * Takes over work that closed tabs left in a document's outbox.
 *
 * @returns work of earlier epochs, which is now rejected; null without any
 */
export async function adoptOrphans(
  { kept, replica, channel }: Adopter,
  now: number,
  isCurrent: () => boolean,
): Promise<RejectedWork | null> {
  const { position } = channel;
  if (position === undefined) return null;
  const { updates, orphans } = await kept.others(position, { pending: channel.pending, now });
  if (!isCurrent() || channel.position?.epoch !== position.epoch) return null;
  // Orphans may refer to content of the stored copy.
  if (orphans.length > 0) replica.receive(updates);
  for (const { id, update } of orphans) {
    replica.flush();
    const pending = channel.pending.length;
    Y.applyUpdate(replica.doc, update);
    replica.flush();
    // Content that was already here may be missing on the server; it stays for the next page that
    // loads.
    const isTaken = channel.pending.length > pending;
    if (isTaken) kept.advance({ confirmed: [id], position: channel.position ?? position });
  }
  return await kept.rejectOrphans(position, now);
}

interface Adopter {
  readonly kept: DocumentPersistence;
  readonly replica: DocumentReplica;
  readonly channel: ClientChannel;
}
