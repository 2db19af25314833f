/** Bounds the response time of HTTP writes, also when the disk accepts nothing. */
import { HTTP } from '../limits.ts';
import { ApiError } from '../http/api-error.ts';

const STORAGE_RETRY_MS = 5_000;

/**
 * @param write continues after the timeout: failed commits are retried, and a change has an id or
 * state that makes it idempotent.
 * @throws ApiError `storage-failed`
 */
export async function boundedWrite<T>(write: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail =
        'The server cannot write to its disk at the moment. The change is made once it can; look again later.';
      reject(new ApiError('storage-failed', { detail, retryAfterMs: STORAGE_RETRY_MS }));
    }, HTTP.writeTimeoutMs);
  });
  try {
    return await Promise.race([write, late]);
  } finally {
    clearTimeout(timer);
  }
}
