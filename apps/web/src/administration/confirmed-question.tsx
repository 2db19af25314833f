import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { AccountRequests } from '../account/account-requests.ts';
import '../account/account-words.ts';
import { ConfirmStep } from '../account/confirm-step.tsx';
import { useAccountAction } from '../account/use-account-action.ts';
import type { ButtonLook } from '../components/button.tsx';
import { useServices } from '../session/services.ts';

interface ConfirmedQuestionProps {
  readonly text: string;
  readonly confirm: string;
  readonly look: ButtonLook;
  /** Throws RequestFailed when it is refused. */
  readonly onConfirmed: () => Promise<void>;
  readonly onCancel: () => void;
}

interface Known {
  readonly account: Account;
  readonly options: SignInOptions;
}

/** Asks once more, in place, before a change of who has power. Who signed in long ago shows first who they are. */
export function ConfirmedQuestion(props: ConfirmedQuestionProps) {
  const { text, confirm, look, onConfirmed, onCancel } = props;
  const services = useServices();
  const requests = useMemo(() => new AccountRequests(services), [services]);
  const { run, problem } = useAccountAction();
  const [known, setKnown] = useState<Known | null>(null);
  const group = useRef<HTMLDivElement>(null);
  const read = useCallback(async () => {
    const [account, options] = await Promise.all([requests.read(), requests.readOptions()]);
    setKnown({ account, options });
  }, [requests]);
  useEffect(() => void run(read), [run, read]);
  // The menu gives the focus back to its button first. A password field takes it by itself.
  useEffect(() => {
    if (known?.account.isConfirmed !== true) return;
    const frame = requestAnimationFrame(() => group.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [known]);
  return (
    <div ref={group} role="group" aria-label={text} tabIndex={-1} className="outline-none">
      {known === null ? (
        <p role="alert" className="text-ui text-bad empty:hidden">
          {problem}
        </p>
      ) : (
        <ConfirmStep
          account={known.account}
          options={known.options}
          requests={requests}
          read={read}
          text={text}
          submit={confirm}
          look={look}
          onConfirmed={onConfirmed}
          onCancel={onCancel}
        />
      )}
    </div>
  );
}
