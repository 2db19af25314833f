/** Maps errors to HTTP responses. Nothing else does. */
import { errorOf, type ErrorBody, type ErrorCode } from '@tandem/protocol';
import { StorageError } from '../storage/storage-error.ts';
import { EngineError } from '../engine/port.ts';

export const HTTP_STATUS = {
  'bad-message': 400,
  'version-unsupported': 426,
  'schema-outdated': 426,
  unauthenticated: 401,
  forbidden: 403,
  'read-only': 403,
  'not-found': 404,
  'not-restored': 404,
  'in-trash': 404,
  'epoch-changed': 409,
  'invalid-update': 422,
  'client-taken': 409,
  'too-large': 413,
  'document-damaged': 500,
  'storage-failed': 503,
  'too-many': 429,
  overloaded: 503,
  internal: 500,
  'command-failed': 500,
} as const satisfies Record<ErrorCode, number>;

export class ApiError extends Error {
  readonly body: ErrorBody;

  constructor(
    code: ErrorCode,
    options: { readonly detail?: string; readonly retryAfterMs?: number } = {},
  ) {
    const body = errorOf(code, options);
    super(body.message);
    this.name = 'ApiError';
    this.body = body;
  }

  static from({ code, message, retryAfterMs }: ErrorBody): ApiError {
    return new ApiError(code, {
      detail: message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

/** For `catch` of what ends with its request: nobody reads the answer, and it is no fault to report. @throws */
export function endedBy(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    throw signal.aborted && error === signal.reason ? new ApiError('overloaded') : error;
  };
}

const TOO_LONG =
  'This took too long, and the server has ended it. Nothing that was saved is lost. Try again later.';

/** The error that the client sees for a thrown error; null for a bug of the server, which it does not see. */
export function errorBodyOf(error: unknown): ErrorBody | null {
  if (error instanceof ApiError || error instanceof EngineError) return error.body;
  if (error instanceof StorageError)
    return error.isTooLong
      ? errorOf('overloaded', { detail: TOO_LONG })
      : errorOf('storage-failed');
  return null;
}
