/** Responses of HTTP transports. Caches and proxies must not store, change or buffer them. */
import type { ServerResponse } from 'node:http';
import { errorOf, type ErrorCode } from '@tandem/protocol';
import { HTTP_STATUS } from '../http/api-error.ts';

export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store, no-transform',
  // nginx would otherwise buffer some KiB before it sends them on.
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export const FRAMES_TYPE = 'application/octet-stream';

export function accept(answer: ServerResponse): void {
  if (answer.headersSent || answer.destroyed) return;
  answer.writeHead(204, ANSWER_HEADERS).end();
}

export function answerFrames(
  answer: ServerResponse,
  body: Uint8Array,
  headers: Readonly<Record<string, string | number>>,
): void {
  if (answer.headersSent || answer.destroyed) return;
  answer
    .writeHead(200, {
      ...ANSWER_HEADERS,
      'Content-Type': FRAMES_TYPE,
      'Content-Length': body.byteLength,
      ...headers,
    })
    .end(body);
}

export function refuse(
  answer: ServerResponse,
  code: ErrorCode,
  detail: string,
  retryAfterS?: number,
): void {
  if (answer.headersSent || answer.destroyed) return;
  const retry = retryAfterS === undefined ? {} : { retryAfterMs: retryAfterS * 1_000 };
  const body = JSON.stringify({ error: errorOf(code, { detail, ...retry }) });
  answer
    .writeHead(HTTP_STATUS[code], {
      ...ANSWER_HEADERS,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      ...(retryAfterS === undefined ? {} : { 'Retry-After': retryAfterS }),
    })
    .end(body);
}
