/**
 * Rejection handling for IndexedDB transactions whose end alone matters. idb returns a promise for
 * each request and for the end; an unawaited one must not become an unhandled rejection of the
 * page.
 */

/** Handles the rejection of a transaction's end, which is redundant after a failed request. */
export function withHandledDone<T extends { readonly done: Promise<void> }>(transaction: T): T {
  ignoreRejection(transaction.done);
  return transaction;
}

/** Ignores a request's failure, which the end of its transaction reports. */
export function ignoreRejection(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
