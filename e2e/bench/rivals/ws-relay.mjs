/**
 * The lower bound: `ws` and a map of rooms. It validates, stores, acknowledges and repairs nothing.
 *
 * Settings: no compression, no client tracking, shared listeners, no heartbeat. Frames:
 *
 * - `00` and names of rooms, separated by line feeds: joins the rooms; the response is `00`.
 * - `01`, the index of a joined room in one byte, and a payload: sends the payload to all others there.
 * - `02` and anything: the response is the same frame.
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
