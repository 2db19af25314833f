/** Ends an answer whose beginning was sent already. */
import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';

/** What waits in the socket would still arrive after a mere close. A TLS connection has no reset of its own. */
export function abandonAnswer(answer: ServerResponse): void {
  const { socket } = answer;
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
  // One that waits for its turn on the connection has no socket yet, and ends the connection then.
  answer.destroy();
}
