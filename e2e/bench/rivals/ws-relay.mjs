/**
 * The limit: `ws` and a map of rooms. Nothing is checked, kept, acknowledged or repaired.
 *
 * Settings: no compression, no client tracking, shared listeners, no heartbeat. A frame is
 * `00` and the names of rooms to join with line feeds between them, answered by `00`, or `01`, one byte
 * for which of them, and the payload, which goes to everyone else there; `02` is answered by itself.
 */
import { WebSocketServer } from 'ws';
import { httpServer, listen } from './listen.mjs';

const JOIN = 0;
const PUBLISH = 1;
const ECHO = 2;

/** @type {Map<string, Set<import('ws').WebSocket>>} */
const rooms = new Map();
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  clientTracking: false,
  maxPayload: 16 * 1024 * 1024,
});
const joined = Symbol('joined');
const server = httpServer();
server.on('upgrade', (request, stream, head) =>
  sockets.handleUpgrade(request, stream, head, accept),
);
listen(server);

function accept(socket) {
  socket[joined] = [];
  socket.on('message', onMessage);
  socket.on('close', onClose);
  socket.on('error', onError);
}

function onMessage(data) {
  switch (data[0]) {
    case JOIN:
      this[joined] = data
        .toString('latin1', 1)
        .split('\n')
        .map((name) => enter(name, this));
      this.send(data.subarray(0, 1));
      break;
    case PUBLISH: {
      const payload = data.subarray(2);
      for (const other of this[joined][data[1]]) if (other !== this) other.send(payload);
      break;
    }
    case ECHO:
      this.send(data);
  }
}

function enter(name, socket) {
  let room = rooms.get(name);
  if (room === undefined) rooms.set(name, (room = new Set()));
  room.add(socket);
  return room;
}

function onClose() {
  for (const room of this[joined]) room.delete(this);
}

function onError() {}
