/**
 * The reference server of Yjs. 0.1.1 is the newest version that works: 0.1.5 installs two incompatible
 * prereleases of Yjs 14.
 *
 * Settings: its connection handler on Tandem's version of `ws` instead of `ws` 6, no compression, no
 * persistence (the default). Each document needs a socket.
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
