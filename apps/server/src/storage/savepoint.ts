/** A part of a transaction that can be undone alone. */
import { isRetryable, isTooLong } from './storage-error.ts';

export interface Savepoint<T> {
  readonly run: (statement: string) => Promise<unknown>;
  readonly work: () => Promise<T>;
  /** Whether what the work has written stays. */
  readonly keep: (result: T) => boolean;
}

/** @throws what the work throws, after it was undone; after a retryable error the whole transaction is over. */
export async function withSavepoint<T>({ run, work, keep }: Savepoint<T>): Promise<T> {
  await run('savepoint work');
  const undo = () => run('rollback to savepoint work');
  const release = () => run('release savepoint work');
  try {
    const result = await work();
    if (!keep(result)) await undo();
    await release();
    return result;
  } catch (error) {
    if (isRetryable(error) && !isTooLong(error)) throw error;
    await undo();
    await release();
    throw error;
  }
}
