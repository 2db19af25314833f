/**
 * CORS for the API and the HTTP transports: sites in `ALLOWED_ORIGINS` may use them, with cookies.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { REVISION_HEADER } from '@tandem/protocol/content';
import { SYNC_PATH, TOKEN_HEADER, TRANSPORT_HEADERS } from '@tandem/protocol';
import type { Configuration } from '../configuration/configuration.ts';

const PATHS = new RegExp(`^(/api|${SYNC_PATH})/`);
const TRANSPORTS = Object.values(TRANSPORT_HEADERS);
const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': [
    'Authorization',
    'Content-Type',
    'Last-Event-ID',
    TOKEN_HEADER,
    ...TRANSPORTS,
  ].join(', '),
  'Access-Control-Max-Age': '600',
};
const EXPOSED_HEADERS = ['Retry-After', REVISION_HEADER, ...TRANSPORTS].join(', ');

/** Adds CORS headers. @returns true for a preflight request, which it answers. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createCors({ allowedOrigins }: Pick<Configuration, 'allowedOrigins'>): Cors {
  const known = new Set(allowedOrigins);
  return ({ method, url = '/', headers: { origin, ...headers } }, response) => {
    if (known.size === 0 || !PATHS.test(url)) return false;
    response.setHeader('Vary', 'Origin');
    if (origin === undefined || !known.has(origin)) return false;
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
      return false;
    }
    response.writeHead(204, PREFLIGHT_HEADERS).end();
    return true;
  };
}
