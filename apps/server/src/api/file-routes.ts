/** Uploads into documents, and downloads of what they contain: FI1 to FI8 of PROTOCOL.md. */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import contentDisposition from 'content-disposition';
import { Hono, type Context } from 'hono';
import { LRUCache } from 'lru-cache';
import parseRange from 'range-parser';
import {
  can,
  documentId,
  errorOf,
  fileId,
  MAX_LISTED_FILES,
  OTHER_FILE_TYPE,
  toFileName,
  type Action,
  type FileList,
  type StoredFile,
} from '@tandem/protocol';
import { isSecretOf } from '@tandem/protocol/file-secrets';
import type { Authenticator } from '../accounts/authenticator.ts';
import type { FileDeletion } from '../files/file-deletion.ts';
import type { FileDownloads } from '../files/file-downloads.ts';
import type { FileUploads, UploadOutcome } from '../files/file-uploads.ts';
import { FILES as TRANSFERS } from '../files/limits.ts';
import { TransferEnded } from '../files/transfer-watch.ts';
import { ApiError } from '../http/api-error.ts';
import { watchRequestElsewhere } from '../http/request-timeouts.ts';
import type { HeadersOf } from '../http/security-headers.ts';
import {
  countFiles,
  findCopies,
  findFile,
  listFiles,
  wasDeleted,
  type StoredFileRow,
} from '../storage/files.ts';
import type { ByteRange } from '../storage/objects/object-store.ts';
import { findAccessEntry } from '../storage/roles.ts';
import type { Database } from '../storage/tables.ts';
import { findUsers } from '../storage/users.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';

export interface FileRoutesOptions {
  readonly db: Database;
  readonly authenticator: Authenticator;
  /** Null: this server takes no files. */
  readonly transfers: {
    readonly uploads: FileUploads;
    readonly downloads: FileDownloads;
    readonly deletion: FileDeletion;
  } | null;
  readonly securityHeaders: HeadersOf;
  readonly signedIn: SignedInMiddleware;
}

const FILES = '/documents/:id/files';
const FILE = `${FILES}/:file` as const;
const COPY = `${FILE}/copy` as const;

type FilesContext = Context<ApiEnvironment, typeof FILES>;
type FileContext = Context<ApiEnvironment, typeof FILE | typeof COPY>;

/** Scripts, frames and forms of a file do nothing, whatever it is and however it is opened (FI3). */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export function fileRoutes(options: FileRoutesOptions) {
  const { db, authenticator, transfers, securityHeaders, signedIn } = options;

  const allows = async (context: FilesContext | FileContext, action: Action): Promise<boolean> => {
    const document = documentId.safeParse(context.req.param('id')).data ?? '';
    const entry = await findAccessEntry(db, { document, user: context.get('user').id });
    return entry !== null && can(entry, action);
  };

  const checks = new LRUCache<string, Promise<boolean>>({
    max: TRANSFERS.maxSharedChecks,
    ttl: TRANSFERS.sharedCheckMs,
  });

  /**
   * Asked again and again while bytes move, also whether the caller is still signed in (FI6): once for all transfers
   * of a session in a document.
   */
  const stillAllows = (context: FileContext, action: Action) => (): Promise<boolean> => {
    const { user: caller, session } = context.var;
    const key = JSON.stringify([context.req.param('id'), action, caller.id, session]);
    const known = checks.get(key);
    if (known !== undefined) return known;
    const check = async (): Promise<boolean> => {
      const signed = await authenticator.findCaller((name) => context.req.header(name));
      return signed?.user.id === caller.id && (await allows(context, action));
    };
    const checking = check();
    checks.set(key, checking);
    return checking;
  };

  const addressed = (context: FileContext) => {
    const id = fileId.safeParse(context.req.param('file'));
    if (!id.success) throw new ApiError('not-found', { detail: NO_FILE });
    return { document: context.req.param('id'), id: id.data };
  };

  const requireTransfers = () => {
    if (transfers === null || transfers.uploads.maxFileBytes === 0)
      throw new ApiError('forbidden', { detail: REFUSALS.off });
    return transfers;
  };

  return new Hono<ApiEnvironment>()
    .get(FILES, signedIn, async (context) => {
      if (!(await allows(context, 'read'))) throw new ApiError('not-found');
      const document = context.req.param('id');
      const isWhole = await allows(context, 'moderate');
      const selection = { document, by: isWhole ? null : context.get('user').id };
      const before = fileId.safeParse(context.req.query('before')).data ?? null;
      const files = await listFiles(db, selection, { before, limit: MAX_LISTED_FILES });
      const people = new Set(files.map(({ created_by }) => created_by));
      return context.json({
        maxFileBytes: transfers?.uploads.maxFileBytes ?? 0,
        isWhole,
        files: files.map((file) => ({
          ...toStoredFile(file),
          by: file.created_by,
          at: file.created_at,
        })),
        people: await findUsers(db, [...people]),
        ...(await countFiles(db, selection)),
        next: files.length < MAX_LISTED_FILES ? null : (files.at(-1)?.id ?? null),
      } satisfies FileList);
    })
    .delete(FILE, signedIn, async (context) => {
      if (!(await allows(context, 'read'))) throw new ApiError('not-found');
      const file = await findFile(db, addressed(context));
      const isOwn = file?.created_by === context.get('user').id;
      if (!(await allows(context, isOwn ? 'write' : 'moderate')))
        throw new ApiError('forbidden', { detail: REFUSALS['not-yours'] });
      if (file !== null) await requireTransfers().deletion.deleteFile(file);
      return context.body(null, 204);
    })
    .put(FILE, signedIn, async (context) => {
      if (!(await allows(context, 'read'))) throw new ApiError('not-found');
      if (!(await allows(context, 'write'))) throw new ApiError('read-only');
      const { uploads } = requireTransfers();
      const size = sizeOf(context);
      const file = addressed(context);
      if (!isSecretOf(file.id, context.req.query('secret') ?? ''))
        throw new ApiError('forbidden', { detail: REFUSALS['not-added'] });
      const { incoming } = context.env;
      watchRequestElsewhere(incoming);
      const outcome = await uploads.take({
        ...file,
        name: toFileName(context.req.query('name') ?? ''),
        size,
        user: context.get('user').id,
        body: incoming,
        isAllowed: stillAllows(context, 'write'),
      });
      return context.json(toStoredFile(acceptedFile(outcome)));
    })
    .post(COPY, signedIn, async (context) => {
      if (!(await allows(context, 'read'))) throw new ApiError('not-found');
      if (!(await allows(context, 'write'))) throw new ApiError('read-only');
      const { uploads, downloads } = requireTransfers();
      const target = addressed(context);
      const there = await findFile(db, target);
      if (there !== null) return context.json(toStoredFile(there));
      const user = context.get('user').id;
      const maySee = async ({ document }: { readonly document: string }): Promise<boolean> => {
        const entry = await findAccessEntry(db, { document, user });
        return entry !== null && can(entry, 'read');
      };
      const source = await findFirst(await findCopies(db, target.id, TRANSFERS.maxSources), maySee);
      if (source === null) throw new ApiError('not-found', { detail: NO_SOURCE });
      const isAllowed = stillAllows(context, 'read');
      const body = await downloads.open({ file: source, range: undefined, user, isAllowed });
      if (body === 'too-many') throw new ApiError('too-many', { retryAfterMs: 1_000 });
      if (body === null) throw new ApiError('not-found', { detail: LOST_FILE });
      const mayStill = stillAllows(context, 'write');
      try {
        const outcome = await uploads.take({
          ...target,
          ...{ name: source.name, size: source.size, user, body },
          isAllowed: async () => (await mayStill()) && (await maySee(source)),
        });
        return context.json(toStoredFile(acceptedFile(outcome)));
      } finally {
        body.destroy();
      }
    })
    .get(FILE, signedIn, async (context) => {
      if (!(await allows(context, 'read'))) throw new ApiError('not-found');
      const file = await findFile(db, addressed(context));
      if (file === null && (await wasDeleted(db, addressed(context))))
        return context.json({ error: errorOf('not-found', { detail: REFUSALS.deleted }) }, 410);
      if (file === null || transfers === null) throw new ApiError('not-found', { detail: NO_FILE });
      const headers = fileHeaders(file);
      if (isKnown(context, headers.ETag)) return context.body(null, 304, headers);
      const range = rangeOf(context, file, headers.ETag);
      if (range === 'unsatisfiable')
        return context.body(null, 416, { 'Content-Range': `bytes */${file.size}` });
      const [status, part] = partHeaders(file, range);
      if (context.req.method === 'HEAD') return context.body(null, status, { ...headers, ...part });
      const user = context.get('user').id;
      const isAllowed = stillAllows(context, 'read');
      const stream = await transfers.downloads.open({ file, range, user, isAllowed });
      if (stream === 'too-many') throw new ApiError('too-many', { retryAfterMs: 1_000 });
      if (stream === null) throw new ApiError('not-found', { detail: LOST_FILE });
      // The answer of the framework would append an error to the bytes that were sent.
      const { outgoing } = context.env as { readonly outgoing: ServerResponse };
      const security = securityHeaders(context.env.incoming.headers);
      outgoing.writeHead(status, { ...security, ...headers, ...part });
      stream.once('error', (error) => {
        // What waits in the socket would still arrive after a mere close.
        if (error instanceof TransferEnded) outgoing.socket?.resetAndDestroy();
      });
      pipeline(stream, outgoing, () => undefined);
      return RESPONSE_ALREADY_SENT;
    });
}

const NO_FILE = 'There is no such file in this document, or it is still being uploaded.';
const NO_SOURCE =
  'This file is in a document that you cannot read, or it is not on the server. Add the file itself.';
const LOST_FILE = 'The server no longer has this file. Upload it again.';

const REFUSALS = {
  off: 'This server does not store files. Ask the person who runs it to set FILES_URL.',
  'not-added': 'Only the page that added this file can upload it. Add it again.',
  'no-size': 'The request has no Content-Length.',
  'too-large': 'This file is too large for this server. It stays on your device.',
  'too-many': 'Several files are being uploaded. This one follows.',
  'document-full':
    'The files of this document have reached their limit. Delete some, or use another document.',
  'user-full': 'Your files have reached the limit of this server. Delete some from your documents.',
  pending:
    'Other files are still being uploaded, and this one may not fit beside them. It stays on your device, and is sent again later.',
  'disk-full':
    'The server has no room for this file at the moment. It stays on your device, and is sent again later.',
  deleted: 'This file was deleted. Add it again if you need it.',
  'not-yours': 'Only the owner of this document and the person who uploaded a file can delete it.',
  taken: 'Another file was uploaded in this place. Add this one again.',
  incomplete: 'The upload ended early. It begins again.',
  'access-ended': 'You can no longer write in this document. The file stays on your device.',
  unchecked:
    'The server cannot tell at the moment whether you may write here. The upload begins again.',
  stalled: 'The upload stood still. It begins again.',
  'too-slow':
    'The upload took longer than an hour. The file stays on your device: try again over a faster connection.',
} as const;

async function findFirst<T>(
  values: readonly T[],
  fits: (value: T) => Promise<boolean>,
): Promise<T | null> {
  for (const value of values) if (await fits(value)) return value;
  return null;
}

function sizeOf(context: FileContext): number {
  const length = context.req.header('Content-Length') ?? '';
  if (!/^\d{1,15}$/.test(length))
    throw new ApiError('bad-message', { detail: REFUSALS['no-size'] });
  return Number(length);
}

/** @throws ApiError */
function acceptedFile(outcome: UploadOutcome): StoredFileRow {
  if (outcome.kind === 'stored') return outcome.file;
  const { reason } = outcome;
  const detail = REFUSALS[reason];
  switch (reason) {
    case 'too-large':
    case 'too-slow':
    case 'document-full':
    case 'user-full':
      throw new ApiError('too-large', { detail });
    case 'too-many':
      throw new ApiError('too-many', { detail, retryAfterMs: 1_000 });
    case 'pending':
      throw new ApiError('too-many', { detail, retryAfterMs: 10_000 });
    case 'disk-full':
      throw new ApiError('storage-failed', { detail, retryAfterMs: 60_000 });
    case 'unchecked':
    case 'stalled':
    case 'incomplete':
      throw new ApiError('overloaded', { detail, retryAfterMs: 1_000 });
    case 'access-ended':
      throw new ApiError('read-only', { detail });
    case 'deleted':
    case 'taken':
      throw new ApiError('bad-message', { detail });
  }
}

function toStoredFile({ id, name, size, type, width, height }: StoredFileRow): StoredFile {
  return { id, name, size, type, width, height };
}

function fileHeaders(file: StoredFileRow) {
  const isShown = file.type !== OTHER_FILE_TYPE;
  return {
    'Content-Type': file.type,
    'Content-Disposition': contentDisposition(file.name, {
      type: isShown ? 'inline' : 'attachment',
    }),
    'Content-Security-Policy': FILE_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
    // Kept by the browser, which asks at each use whether the person may still see it (FI4).
    'Cache-Control': 'private, no-cache',
    ETag: `"${file.hash}"`,
  } as const;
}

function isKnown(context: FileContext, etag: string): boolean {
  const known = context.req.header('If-None-Match')?.split(',') ?? [];
  return known.some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function rangeOf(
  context: FileContext,
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
