/** The bytes of a file as an answer: whole, in part, or known already (FI1, FI3). */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import contentDisposition from 'content-disposition';
import type { Context } from 'hono';
import parseRange from 'range-parser';
import { OTHER_FILE_TYPE } from '@tandem/protocol';
import type { Download, FileDownloads } from '../files/file-downloads.ts';
import { TransferEnded } from '../files/transfer-watch.ts';
import { abandonAnswer } from '../http/abandoned-answer.ts';
import { ApiError } from '../http/api-error.ts';
import type { HeadersOf } from '../http/security-headers.ts';
import type { StoredFileRow } from '../storage/files.ts';
import type { ByteRange } from '../storage/objects/object-store.ts';
import type { ApiEnvironment } from './api-environment.ts';

/** Scripts, frames and forms of a file do nothing, whatever it is and however it is opened (FI3). */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export const LOST_FILE = 'The server no longer has this file. Upload it again.';

export interface FileAnswer extends Pick<Download, 'file' | 'user' | 'isAllowed'> {
  readonly downloads: FileDownloads;
  /** Besides those of the file. */
  readonly headers: Readonly<Record<string, string>>;
  readonly securityHeaders: HeadersOf;
}

/** @throws ApiError */
export async function answerFile(
  context: Context<ApiEnvironment>,
  answer: FileAnswer,
): Promise<Response> {
  const { file, downloads, user, isAllowed, securityHeaders } = answer;
  const headers = { ...fileHeaders(file), ...answer.headers };
  if (isKnown(context, headers.ETag)) return context.body(null, 304, headers);
  const range = rangeOf(context, file, headers.ETag);
  if (range === 'unsatisfiable')
    return context.body(null, 416, {
      ...answer.headers,
      'Content-Range': `bytes */${file.size}`,
    });
  const [status, part] = partHeaders(file, range);
  if (context.req.method === 'HEAD') return context.body(null, status, { ...headers, ...part });
  const stream = await downloads.open({ file, range, user, isAllowed });
  if (stream === 'too-many') throw new ApiError('too-many', { retryAfterMs: 1_000 });
  if (stream === null) throw new ApiError('not-found', { detail: LOST_FILE });
  // The answer of the framework would append an error to the bytes that were sent.
  const { outgoing } = context.env as { readonly outgoing: ServerResponse };
  const security = securityHeaders(context.env.incoming.headers);
  outgoing.writeHead(status, { ...security, ...headers, ...part });
  stream.once('error', (error) => {
    if (error instanceof TransferEnded) abandonAnswer(outgoing);
  });
  pipeline(stream, outgoing, () => undefined);
  return RESPONSE_ALREADY_SENT;
}

function fileHeaders(file: StoredFileRow) {
  const isShown = file.type !== OTHER_FILE_TYPE;
  return {
    'Content-Type': file.type,
    'Content-Disposition': contentDisposition(file.name === '' ? undefined : file.name, {
      type: isShown ? 'inline' : 'attachment',
    }),
    'Content-Security-Policy': FILE_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
    ETag: `"${file.hash}"`,
  } as const;
}

/** Whether the browser has it already. */
export function isKnown(context: Context<ApiEnvironment>, etag: string): boolean {
  const known = context.req.header('If-None-Match')?.split(',') ?? [];
  return known.some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function rangeOf(
  context: Context<ApiEnvironment>,
  { size }: StoredFileRow,
  etag: string,
): ByteRange | undefined | 'unsatisfiable' {
  const asked = context.req.header('Range');
  const condition = context.req.header('If-Range');
  if (asked === undefined || (condition !== undefined && condition !== etag)) return undefined;
  const ranges = parseRange(size, asked);
  if (ranges === -1) return 'unsatisfiable';
  // Malformed ones, other units, and several at once are answered with the whole file.
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}

function partHeaders(
  { size }: StoredFileRow,
  range: ByteRange | undefined,
): [status: 200 | 206, headers: Record<string, string>] {
  if (range === undefined) return [200, { 'Content-Length': String(size) }];
  const { start, end } = range;
  return [
    206,
    {
      'Content-Length': String(end - start + 1),
      'Content-Range': `bytes ${start}-${end}/${size}`,
    },
  ];
}
