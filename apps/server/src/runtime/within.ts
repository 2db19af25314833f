/** Waits for work that may take too long. */
import type { Clock } from './clock.ts';

export interface WithinOptions {
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly ms: number;
  readonly late: () => Error;
}

/** @throws what `work` throws, or `late` after `ms`; the work goes on then. */
export async function within<T>(work: Promise<T>, { clock, ms, late }: WithinOptions): Promise<T> {
  let timer: unknown;
  const limit = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clock.clearTimeout(timer);
  }
}
