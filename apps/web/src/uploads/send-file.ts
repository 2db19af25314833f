/** One attempt to upload a file. `XMLHttpRequest`, because `fetch` does not tell how far it is. */
import { errorAnswer, fileLimits, filePath, filesPath } from '@tandem/protocol';
import type { StoredUpload } from './upload-store.ts';

export type SendResult =
  | { readonly kind: 'stored' }
  /** Later attempts may succeed. */
  | { readonly kind: 'later'; readonly afterMs: number | null }
  /** The document is not known to the server, or not to this person. */
  | { readonly kind: 'no-document'; readonly message: string }
  | { readonly kind: 'too-large'; readonly maxBytes: number }
  | { readonly kind: 'off' }
  | { readonly kind: 'refused'; readonly message: string };

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

export type SendFile = (upload: StoredUpload, options: SendOptions) => Promise<SendResult>;

const LATER: SendResult = { kind: 'later', afterMs: null };
const TEMPORARY: ReadonlySet<number> = new Set([0, 401, 408, 425, 429]);
const SERVER_FAULT = 500;
const STALL_MS = 60_000;
/** When all is sent; the server gives its disk or bucket a minute less (FI7). */
const STORE_MS = 6 * 60_000;

export const sendFile: SendFile = async (upload, options) => {
  const refusal = await checkLimits(upload, options.signal);
  return refusal ?? (await put(upload, options));
};

/** Asked first: a browser whose upload is refused half way shows a broken connection, and no reason. */
async function checkLimits(
  { document, blob }: StoredUpload,
  signal: AbortSignal,
): Promise<SendResult | null> {
  const answer = await fetch(filesPath(document), { signal }).catch(() => null);
  if (answer === null) return LATER;
  const body: unknown = await answer.json().catch(() => null);
  const limits = fileLimits.safeParse(body).data;
  if (!answer.ok || limits === undefined) return refusalOf(answer.status, body);
  if (limits.maxFileBytes === 0) return { kind: 'off' };
  if (blob.size > limits.maxFileBytes) return { kind: 'too-large', maxBytes: limits.maxFileBytes };
  return null;
}

function put(upload: StoredUpload, { signal, onProgress }: SendOptions): Promise<SendResult> {
  const { document, file, secret, name, blob } = upload;
  const query = new URLSearchParams({ name, secret });
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    let stall = setTimeout(abort, STALL_MS);
    const allow = (ms: number): void => {
      clearTimeout(stall);
      stall = setTimeout(abort, ms);
    };
    request.open('PUT', `${filePath(document, file)}?${query}`);
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      allow(STALL_MS);
      if (total > 0) onProgress(loaded / total);
    });
    request.upload.addEventListener('load', () => allow(STORE_MS));
    request.addEventListener('loadend', () => {
      clearTimeout(stall);
      signal.removeEventListener('abort', abort);
      resolve(
        request.status === 200
          ? { kind: 'stored' }
          : refusalOf(request.status, request.response as unknown),
      );
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) resolve(LATER);
    else request.send(blob);
  });
}

function refusalOf(status: number, body: unknown): SendResult {
  const error = errorAnswer.safeParse(body).data?.error;
  if (TEMPORARY.has(status) || status >= SERVER_FAULT || error === undefined || error.temporary)
    return { kind: 'later', afterMs: error?.retryAfterMs ?? null };
  if (status === 404) return { kind: 'no-document', message: error.message };
  return { kind: 'refused', message: error.message };
}
