/**
 * Opens a document. The server may not know one that was created here: with a connection, opening waits until its
 * creation is confirmed, so that the screen never shows "not found"; offline it opens at once.
 */
import type { Client, DocumentSession } from '@tandem/client';
import type { Services } from './services.ts';

interface OpenDocumentOptions {
  readonly client: Pick<Client, 'commands' | 'connection' | 'openDocument' | 'closeDocument'>;
  readonly id: string;
  readonly show: (session: DocumentSession | null) => void;
}

export function openDocumentWhenCreated({ client, id, show }: OpenDocumentOptions): () => void {
  const { commands, connection } = client;
  let isOpen = false;
  const follow = () => {
    if (isOpen || (connection.state.kind === 'connected' && commands.isCreating(id))) return;
    isOpen = true;
    show(client.openDocument(id));
  };
  const stops = [commands.onChange(follow), connection.listen({ state: follow })];
  follow();
  return () => {
    for (const stop of stops) stop();
    if (!isOpen) return;
    show(null);
    client.closeDocument(id);
  };
}

/**
 * Retries at once: the connection or, while connected, the refused document or its refused creation. A new connection
 * retries both automatically.
 */
export function retryOpening(
  { client: { connection }, refused }: Pick<Services, 'client' | 'refused'>,
  session: Pick<DocumentSession, 'id' | 'reopen'>,
): void {
  if (connection.state.kind !== 'connected') return connection.tryNow();
  refused.retry(session.id);
  session.reopen();
}
