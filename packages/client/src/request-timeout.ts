import type { Clock } from './environment.ts';

export interface RequestTimeout {
  readonly clock: Clock;
  readonly limitMs: number;
  /** Of who asked: nobody waits for the response any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Aborts a request after a limit, which includes the time for reading its response. */
export async function withTimeout<T>(
  { clock, limitMs, signal }: RequestTimeout,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const leave = () => abort.abort(signal?.reason);
  if (signal?.aborted === true) leave();
  signal?.addEventListener('abort', leave);
  const timer = clock.setTimeout(
    () => abort.abort(new DOMException('The request took too long.', 'TimeoutError')),
    limitMs,
  );
  try {
    return await request(abort.signal);
  } finally {
    clock.clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}
