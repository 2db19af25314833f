/** `fetch` that accepts self-signed certificates. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';

const WITHOUT_BODY = new Set([204, 304]);

/** Takes an address, and headers as a record: what tests use of it. Every request has a TCP connection of its own. */
export const insecureFetch: typeof fetch = async (input, init = {}) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method: init.method ?? 'GET',
    headers: init.headers as Record<string, string>,
    agent: false,
    rejectUnauthorized: false,
    ...(init.signal === null || init.signal === undefined ? {} : { signal: init.signal }),
  });
  request.end(init.body as Uint8Array | string | undefined);
  const [incoming] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => {});
  incoming.on('error', () => {});
  const status = incoming.statusCode as number;
  if (WITHOUT_BODY.has(status)) incoming.resume();
  const body = WITHOUT_BODY.has(status) ? null : (Readable.toWeb(incoming) as ReadableStream);
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return new Response(body, { status, headers });
};
