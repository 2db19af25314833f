/** The HTTP server that the rivals' processes share; its port comes from the environment. */
import { createServer } from 'node:http';

export const PORT = Number(process.env['PORT']);
export const HOST = '127.0.0.1';
const BACKLOG = 4_096;

export function httpServer() {
  return createServer((_request, response) => response.end('ready'));
}

/** @param {import('node:http').Server} server */
export function listen(server) {
  server.listen({ port: PORT, host: HOST, backlog: BACKLOG });
}
