import { useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { failureOf } from '../session/request.ts';

export interface AccountAction {
  readonly isRunning: boolean;
  /** A sentence; null without one. */
  readonly problem: string | null;
  /** @returns false when the action failed; the problem says why. */
  run(action: () => Promise<void>): Promise<boolean>;
  fail(problem: string): void;
}

/** Runs one request at a time, and shows the problem of the last one; until then `first`. */
export function useAccountAction(first: string | null = null): AccountAction {
  const { t } = useTranslation();
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState(first);
  return {
    isRunning,
    problem,
    fail: setProblem,
    async run(action) {
      setRunning(true);
      setProblem(null);
      try {
        await action();
        return true;
      } catch (thrown) {
        const failure = failureOf(thrown);
        setProblem(failure.kind === 'refused' ? failure.error.message : t('account.unreachable'));
        return false;
      } finally {
        setRunning(false);
      }
    },
  };
}
