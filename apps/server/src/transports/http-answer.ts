/** Responses of HTTP transports. Caches and proxies must not store, change or buffer them. */
import { errorOf, type ErrorCode } from '@tandem/protocol';
import { HTTP_STATUS } from '../http/api-error.ts';

export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store, no-transform',
  // nginx would otherwise buffer some KiB before it sends them on.
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** A `ServerResponse`, or the answer to a request that came to another node. */
export interface Answer {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  writeHead(
    status: number,
    headers: Readonly<Record<string, string | number>>,
  ): { end(body?: string | Uint8Array): unknown };
  /** `close`: nobody waits for it any more. */
  on(event: 'close', listener: () => void): unknown;
  once(event: 'finish', listener: () => void): unknown;
  destroy(): unknown;
}

export const FRAMES_TYPE = 'application/octet-stream';

export function accept(answer: Answer): void {
  if (answer.headersSent || answer.destroyed) return;
  answer.writeHead(204, ANSWER_HEADERS).end();
}

export function answerFrames(
  answer: Answer,
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
  answer: Answer,
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
