/** Commands that the server refused: shown where the person gave the command or, once they have left, as a notice. */
import type { Call, ErrorBody } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';

/** @returns whether the listener shows the refusal. */
export type RefusalListener = (call: Call, error: ErrorBody) => boolean;

/** Shows the call too, because its text may be nowhere else any more. */
export type RefusalNotice = (call: Call, error: ErrorBody) => void;

export class Refusals {
  readonly #showElsewhere: RefusalNotice;
  readonly #listeners = new Set<RefusalListener>();

  constructor(showElsewhere: RefusalNotice) {
    this.#showElsewhere = showElsewhere;
  }

  listen(listener: RefusalListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  report(call: Call, error: ErrorBody): void {
    const isShown = [...this.#listeners].map((listener) => listener(call, error)).includes(true);
    if (!isShown) this.#showElsewhere(call, error);
  }
}

/**
 * The server's sentence about the last refused command among those that `isMeant` selects.
 *
 * @param isMeant a stable function: another one clears the sentence
 */
export function useRefusal(
  refusals: Refusals,
  isMeant: (call: Call) => boolean,
): readonly [refusal: string | null, clear: () => void] {
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    setRefusal(null);
    return refusals.listen((call, { message }) => {
      const isOurs = isMeant(call);
      if (isOurs) setRefusal(message);
      return isOurs;
    });
  }, [refusals, isMeant]);
  return [refusal, useCallback(() => setRefusal(null), [])];
}
