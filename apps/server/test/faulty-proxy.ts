/** A faulty proxy between a client and the server. */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';

/**
 * - `buffers`: forwards a response once it is complete.
 * - `cuts`: aborts everything that takes longer than `afterMs`, in both directions.
 *
 * Every profile refuses upgrades.
 */
export type FaultProfile =
  | { readonly kind: 'buffers' }
  | { readonly kind: 'cuts'; readonly afterMs: number }
  | { readonly kind: 'blocks' };

export async function startFaultyProxy(port: number, faultProfile: FaultProfile): Promise<string> {
  const proxy = createServer((request, response) =>
    pass(request, response, { port, faultProfile }),
  );
  proxy.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  );
  proxy.listen(0, '127.0.0.1');
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  await eventually('the proxy listens', () => proxy.listening);
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { port, faultProfile }: { readonly port: number; readonly faultProfile: FaultProfile },
): void {
  const { method, url, headers } = request;
  const onward = ask({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
    if (faultProfile.kind === 'buffers') {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.end(Buffer.concat(pieces));
      });
    } else {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    }
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
  if (faultProfile.kind !== 'cuts') return;
  const cut = setTimeout(() => {
    request.socket.destroy();
    onward.destroy();
  }, faultProfile.afterMs);
  response.on('finish', () => clearTimeout(cut));
}
