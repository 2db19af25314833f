/**
 * Holds a document open. One that was made here may be unknown to the server yet: offline it is opened
 * at once; otherwise when the server has been told, which takes one request. Should the connection come
 * back before that request, the server finds nothing, and the document is opened anew after it.
 */
import type { Client, DocumentSession } from '@tandem/client';
import type { CommandQueue } from '../documents/command-queue.ts';

interface Holding {
  readonly client: Client;
  readonly commands: CommandQueue;
  readonly id: string;
  readonly show: (session: DocumentSession | null) => void;
}

/** Returns the way to let go. What is not confirmed stays kept. */
export function holdDocument({ client, commands, id, show }: Holding): () => void {
  let session: DocumentSession | null = null;
  let openedEarly = false;
  const isUnknown = () =>
    commands.state
      .get()
      .commands.some(({ kind, document }) => kind === 'create' && document === id);

  const close = () => {
    if (session === null) return;
    session = null;
    show(null);
    client.closeDocument(id);
  };
  const follow = () => {
    const unknown = isUnknown();
    if (session !== null && openedEarly && !unknown) {
      openedEarly = false;
      if (session.status.kind === 'stopped' && session.status.error.code === 'not-found') close();
    }
    if (session !== null || (unknown && client.connection.state.kind === 'connected')) return;
    openedEarly = unknown;
    session = client.openDocument(id);
    show(session);
  };

  const stops = [commands.state.subscribe(follow), client.connection.listen({ state: follow })];
  follow();
  return () => {
    for (const stop of stops) stop();
    close();
  };
}
