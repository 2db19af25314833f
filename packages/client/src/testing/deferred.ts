/** A call that the test settles. */
export interface Deferred<T> {
  readonly answer: Promise<T>;
  readonly resolve: (given: T) => void;
  readonly reject: (reason: Error) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>['resolve'] = () => undefined;
  let reject: Deferred<T>['reject'] = () => undefined;
  const answer = new Promise<T>((given, refused) => {
    resolve = given;
    reject = refused;
  });
  return { answer, resolve, reject };
}
