/** Documents of plain Yjs types, as a stock client creates them. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { newDocument } from './event-client.ts';
import type { Reachable } from './running-server.ts';

export async function createData({ socketUrl }: Pick<Reachable, 'socketUrl'>): Promise<string> {
  const document = newDocument();
  const socket = new WebSocket(`${socketUrl}/yjs/${document}`);
  await once(socket, 'open');
  // Sync step 1 of an empty document.
  socket.send(new Uint8Array([0, 0, 1, 0]));
  await once(socket, 'message');
  socket.terminate();
  return document;
}
