/** Decides which requests become WebSockets. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { SUBPROTOCOL_BINARY, SUBPROTOCOL_JSON, SYNC_PATH, YJS_PATH } from '@tandem/protocol';
import type { OriginPolicy } from '../http/origin-policy.ts';
import { HANDSHAKE } from '../limits.ts';
import { readAnySessionCookie } from '../accounts/session-cookie.ts';

export type Destination =
  | { readonly kind: 'native'; readonly subprotocol: string }
  /** `document`: null where the path names none. `token`: empty where there is none. */
  | { readonly kind: 'stock'; readonly document: string | null; readonly token: string };

export interface UpgradeRefusal {
  readonly status: keyof typeof REASONS;
  readonly sentence: string;
}

export type UpgradeDecision =
  | { readonly kind: 'accepted'; readonly destination: Destination }
  | ({ readonly kind: 'refused' } & UpgradeRefusal);

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const;

/** Stock clients send their token as a subprotocol with this prefix, possibly beside others. */
const TOKEN_PREFIX = 'token.';

export function decideUpgrade(
  request: IncomingMessage,
  originPolicy: OriginPolicy,
): UpgradeDecision {
  const { headers } = request;
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  const destination = findDestination(path, offered(headers['sec-websocket-protocol']));
  if (destination === null)
    return {
      kind: 'refused',
      status: 404,
      sentence: `Sockets are at ${SYNC_PATH} and ${YJS_PATH}/<document>.`,
    };
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    return { kind: 'refused', status: 426, sentence: 'This address is a WebSocket.' };
  }
  if (destination.kind === 'native' && destination.subprotocol === '') {
    return {
      kind: 'refused',
      status: 400,
      sentence: `Offer the subprotocol ${SUBPROTOCOL_BINARY} or ${SUBPROTOCOL_JSON}.`,
    };
  }
  if (isForeign(request, originPolicy)) return { kind: 'refused', status: 403, sentence: FOREIGN };
  return { kind: 'accepted', destination };
}

export const FOREIGN =
  'This page is from another site. Add its origin to ALLOWED_ORIGINS to let it in.';

/** Browsers always send an origin, so a request with a session cookie and without one is refused. */
export function isForeign({ headers }: IncomingMessage, originPolicy: OriginPolicy): boolean {
  const origin = originPolicy({ origin: headers.origin, host: headers.host });
  return (
    origin === 'foreign' || (origin === 'absent' && readAnySessionCookie(headers.cookie) !== null)
  );
}

export function refuseUpgrade(socket: Duplex, { status, sentence }: UpgradeRefusal): void {
  const headers = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(sentence)}`,
    ...(status === 426 ? ['Upgrade: websocket'] : []),
    ...(status === 429 || status === 503 ? [`Retry-After: ${HANDSHAKE.retryAfterS}`] : []),
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${sentence}`);
}

function findDestination(path: string, protocols: ReadonlySet<string>): Destination | null {
  if (path === SYNC_PATH) return { kind: 'native', subprotocol: pickNative(protocols) || '' };
  if (path !== YJS_PATH && !path.startsWith(`${YJS_PATH}/`)) return null;
  const token =
    [...protocols]
      .find((protocol) => protocol.startsWith(TOKEN_PREFIX))
      ?.slice(TOKEN_PREFIX.length) ?? '';
  const name = path.slice(YJS_PATH.length + 1);
  return { kind: 'stock', document: name === '' ? null : decoded(name), token };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function offered(header: string | undefined): ReadonlySet<string> {
  return new Set(header?.split(',').map((protocol) => protocol.trim()) ?? []);
}

export function pickNative(protocols: ReadonlySet<string>): string | false {
  if (protocols.has(SUBPROTOCOL_BINARY)) return SUBPROTOCOL_BINARY;
  return protocols.has(SUBPROTOCOL_JSON) ? SUBPROTOCOL_JSON : false;
}

/** Browsers need one of the offered subprotocols back; the secret token only if there is no other. */
export function pickYjs(protocols: ReadonlySet<string>): string | false {
  const names = [...protocols];
  return names.find((protocol) => !protocol.startsWith(TOKEN_PREFIX)) ?? names[0] ?? false;
}
