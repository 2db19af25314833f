/**
 * The reference server of Yjs. 0.1.1 is the newest that works: what npm installs for 0.1.5 are two
 * prereleases of Yjs 14 that do not fit each other.
 *
 * Settings: its connection handler on the `ws` that Tandem has instead of its own `ws` 6, no compression, no
 * persistence, which is its default. One document is one socket.
 */
import { setupWSConnection } from '@y/websocket-server/utils';
import { WebSocketServer } from 'ws';
import { httpServer, listen } from './listen.mjs';

const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  clientTracking: false,
  maxPayload: 16 * 1024 * 1024,
});
const server = httpServer();
server.on('upgrade', (request, stream, head) =>
  sockets.handleUpgrade(request, stream, head, (socket) => setupWSConnection(socket, request)),
);
listen(server);
