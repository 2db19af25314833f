import type { Call } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useServices } from './services.ts';

/**
 * Why the server would not do the last of these commands, as a sentence; null until it does not, and again once
 * the person goes on.
 *
 * @param isMeant must stay the same function as long as it means the same commands
 */
export function useRefusal(
  isMeant: (call: Call) => boolean,
): readonly [refusal: string | null, goOn: () => void] {
  const { refusals } = useServices();
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
