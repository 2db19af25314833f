/**
 * Holds a document open. One that was made here may be unknown to the server yet: offline it is opened
 * at once; otherwise when the server has been told, which takes one request. Should the connection come
 * back before that request, the server finds nothing, and is asked again after it.
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
  // One that the server would not make is shown as it is here.
  const isBeingMade = () =>
    client.connection.state.kind === 'connected' && !commands.state.get().refused.has(id);

  const wasNotFound = ({ status }: DocumentSession) =>
    status.kind === 'stopped' && status.error.code === 'not-found';
  const follow = () => {
    const unknown = isUnknown();
    if (session === null) {
      if (unknown && isBeingMade()) return;
      openedEarly = unknown;
      session = client.openDocument(id);
      stops.push(session.onChange(follow));
      show(session);
    } else if (openedEarly && !unknown && wasNotFound(session)) {
      openedEarly = false;
      session.reopen();
    }
  };

  const stops = [commands.state.subscribe(follow), client.connection.listen({ state: follow })];
  follow();
  return () => {
    for (const stop of stops) stop();
    if (session === null) return;
    show(null);
    client.closeDocument(id);
  };
}
