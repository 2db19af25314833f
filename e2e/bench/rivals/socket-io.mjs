/**
 * Socket.IO with connection-state recovery.
 *
 * Settings: WebSocket only, no compression, no client bundle, the HTTP request dropped as its page on
 * memory usage recommends, two minutes of recovery, middlewares skipped. Payloads are strings, because a
 * binary payload takes two frames.
 */
import { Server } from 'socket.io';
import { httpServer, listen } from './listen.mjs';

const server = httpServer();
const io = new Server(server, {
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  maxHttpBufferSize: 16 * 1024 * 1024,
  connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
});
io.engine.on('connection', (raw) => {
  raw.request = null;
});
io.on('connection', (socket) => {
  socket.on('join', onJoin);
  socket.on('send', onSend);
  socket.on('echo', onEcho);
});
listen(server);

function onJoin(rooms, done) {
  void this.join(rooms);
  done();
}

function onSend(room, payload) {
  this.to(room).emit('sent', payload);
}

function onEcho(_payload, done) {
  done();
}
