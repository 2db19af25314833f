import type { ClientChannel } from '@tandem/sync';
import * as Y from 'yjs';
import type { DocumentReplica } from './document-replica.ts';
import type { DocumentPersistence } from './document-persistence.ts';

/** Makes one's own what tabs that are gone have left in the outbox of a document. */
export async function adoptOrphans(
  { kept, replica, channel }: Adopter,
  now: number,
  isCurrent: () => boolean,
): Promise<void> {
  const { position } = channel;
  if (position === undefined) return;
  const { updates, orphans } = await kept.others(position, { pending: channel.pending, now });
  if (!isCurrent() || channel.position?.epoch !== position.epoch) return;
  // The stored copy holds all that the orphans refer to.
  if (orphans.length > 0) replica.receive(updates);
  for (const { id, update } of orphans) {
    replica.flush();
    const pending = channel.pending.length;
    Y.applyUpdate(replica.doc, update);
    replica.flush();
    // What was already here may not be on the server; it stays for the next page that loads.
    const isTaken = channel.pending.length > pending;
    if (isTaken) kept.advance({ confirmed: [id], position: channel.position ?? position });
  }
}

interface Adopter {
  readonly kept: DocumentPersistence;
  readonly replica: DocumentReplica;
  readonly channel: ClientChannel;
}
