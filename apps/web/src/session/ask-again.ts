import type { DocumentSession } from '@tandem/client';
import type { Services } from './services.ts';

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
