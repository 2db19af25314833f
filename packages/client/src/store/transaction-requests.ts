/**
 * What a transaction of IndexedDB is asked for, where only its end counts. idb makes a promise of each request and of the
 * end; those that nobody waits for must not become errors of the page when they fail.
 */

/** A transaction whose end may be of no interest, because a request in it has failed. */
export function withHandledDone<T extends { readonly done: Promise<void> }>(transaction: T): T {
  ignoreRejection(transaction.done);
  return transaction;
}

/** A request whose failure the end of its transaction tells. */
export function ignoreRejection(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
