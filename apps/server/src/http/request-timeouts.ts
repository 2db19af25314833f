/**
 * Closes TCP connections whose request does not arrive completely in time. Node's own limit is the same for all
 * requests of a server, and would end an upload on a slow line.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { HTTP } from '../limits.ts';

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

export function limitRequestTime(http: Server): void {
  http.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return;
    const timer = setTimeout(() => onTimeout(request, response), HTTP.requestTimeoutMs);
    timers.set(request, timer.unref());
    request.once('close', () => clearTimeout(timer));
  });
}

/** For a request that its route watches itself. */
export function watchRequestElsewhere(request: IncomingMessage): void {
  clearTimeout(timers.get(request));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

const ANSWER = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

function onTimeout(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  if (!response.headersSent) request.socket.write(ANSWER);
  request.socket.destroy();
}
