/**
 * Holds a document open. One that was made here may be unknown to the server yet: offline it is opened at once;
 * otherwise when the server has been told, which takes a moment, so that nobody sees it be not found.
 */
import type { Client, DocumentSession } from '@tandem/client';
import type { Services } from './services.ts';

interface Holding {
  readonly client: Pick<Client, 'commands' | 'connection' | 'openDocument' | 'closeDocument'>;
  readonly id: string;
  readonly show: (session: DocumentSession | null) => void;
}

/** Returns the way to let go. What is not confirmed stays kept. */
export function holdDocument({ client, id, show }: Holding): () => void {
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
 * The person does not want to wait any longer: asks for the connection, or, where there is one, for what the
 * server refused: the document, or to make it. A connection that comes back asks for all of it by itself.
 */
export function askAgain(
  { client: { connection }, refused }: Pick<Services, 'client' | 'refused'>,
  session: Pick<DocumentSession, 'id' | 'reopen'>,
): void {
  if (connection.state.kind !== 'connected') return connection.tryNow();
  refused.retry(session.id);
  session.reopen();
}
