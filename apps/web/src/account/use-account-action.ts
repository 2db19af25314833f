import { useCallback, useState } from 'react';
import { translate } from '../translation/translation.ts';
import { failureOf } from '../session/request.ts';
import { ShownProblem } from './shown-problem.ts';

export interface AccountAction {
  readonly isRunning: boolean;
  /** A sentence; null without one. */
  readonly problem: string | null;
  /** The same at each rendering. @returns false when the action failed; the problem says why. */
  readonly run: (action: () => Promise<void>) => Promise<boolean>;
  fail(problem: string): void;
}

/** Runs one request at a time, and shows the problem of the last one; until then `first`. */
export function useAccountAction(first: string | null = null): AccountAction {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState(first);
  const run = useCallback(async (action: () => Promise<void>) => {
    setRunning(true);
    setProblem(null);
    try {
      await action();
      return true;
    } catch (thrown) {
      if (thrown instanceof ShownProblem) {
        setProblem(thrown.message);
        return false;
      }
      const failure = failureOf(thrown);
      // Not `t`, so that the callback never changes: requests would be sent again.
      const unreachable = translate('account.unreachable');
      setProblem(failure.kind === 'refused' ? failure.error.message : unreachable);
      return false;
    } finally {
      setRunning(false);
    }
  }, []);
  return { isRunning, problem, run, fail: setProblem };
}
