/** Uploads into documents, and downloads of what they contain: FI1 to FI8 of PROTOCOL.md. */
import { Hono, type Context } from 'hono';
import {
  can,
  documentId,
  errorOf,
  fileId,
  MAX_LISTED_FILES,
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
import { ApiError } from '../http/api-error.ts';
import { watchRequestElsewhere } from '../http/request-timeouts.ts';
import type { HeadersOf } from '../http/security-headers.ts';
import type { Clock } from '../runtime/clock.ts';
import { SharedAnswers } from '../runtime/shared-answers.ts';
import {
  countFiles,
  findCopies,
  findFile,
  listFiles,
  wasDeleted,
  type StoredFileRow,
} from '../storage/files.ts';
import { findAccessEntry } from '../storage/roles.ts';
import type { Database } from '../storage/tables.ts';
import { findUsers } from '../storage/users.ts';
import type { ApiEnvironment, SignedInMiddleware } from './api-environment.ts';
import { answerFile, LOST_FILE } from './file-answer.ts';

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
  readonly clock: Clock;
}

const FILES = '/documents/:id/files';
const FILE = `${FILES}/:file` as const;
const COPY = `${FILE}/copy` as const;

type FilesContext = Context<ApiEnvironment, typeof FILES>;
type FileContext = Context<ApiEnvironment, typeof FILE | typeof COPY>;

export function fileRoutes(options: FileRoutesOptions) {
  const { db, authenticator, transfers, securityHeaders, signedIn, clock } = options;

  const allows = async (context: FilesContext | FileContext, action: Action): Promise<boolean> => {
    const document = documentId.safeParse(context.req.param('id')).data ?? '';
    const entry = await findAccessEntry(db, { document, user: context.get('user').id });
    return entry !== null && can(entry, action);
  };

  const checks = new SharedAnswers<boolean>({
    sharedMs: TRANSFERS.sharedCheckMs,
    maxEntries: TRANSFERS.maxSharedChecks,
    clock,
  });

  /**
   * Asked again and again while bytes move, also whether the caller is still signed in (FI6): once for all transfers
   * of a session in a document.
   */
  const stillAllows = (context: FileContext, action: Action) => (): Promise<boolean> => {
    const { user: caller, session } = context.var;
    const key = JSON.stringify([context.req.param('id'), action, caller.id, session]);
    return checks.ask(key, async () => {
      const signed = await authenticator.findCaller((name) => context.req.header(name));
      return signed?.user.id === caller.id && (await allows(context, action));
    });
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
      const user = context.get('user').id;
      const isAllowed = stillAllows(context, 'read');
      const { downloads } = transfers;
      // Kept by the browser, which asks at each use whether the person may still see it (FI4).
      const headers = { 'Cache-Control': 'private, no-cache' };
      const answer = { file, downloads, user, isAllowed, headers, securityHeaders };
      return await answerFile(context, answer);
    });
}

const NO_FILE = 'There is no such file in this document, or it is still being uploaded.';
const NO_SOURCE =
  'This file is in a document that you cannot read, or it is not on the server. Add the file itself.';

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
