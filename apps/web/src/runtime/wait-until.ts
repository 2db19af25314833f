/** Waits for something that an object tells its listeners about. */

export interface Waiting {
  readonly subscribe: (listener: () => void) => () => void;
  readonly withinMs: number;
}

/** @returns false when it is not so within the time */
export async function waitUntil(
  isSo: () => boolean,
  { subscribe, withinMs }: Waiting,
): Promise<boolean> {
  if (isSo()) return true;
  return await new Promise((resolve) => {
    const end = (result: boolean): void => {
      clearTimeout(timer);
      stop();
      resolve(result);
    };
    const timer = setTimeout(() => end(isSo()), withinMs);
    const stop = subscribe(() => isSo() && end(true));
  });
}
