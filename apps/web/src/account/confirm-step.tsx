import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button, type ButtonLook } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import type { AccountRequests } from './account-requests.ts';
import { ProviderButtons } from './provider-buttons.tsx';
import { useAccountAction } from './use-account-action.ts';

interface ConfirmStepProps {
  readonly account: Account;
  readonly providers: SignInOptions['providers'];
  readonly requests: AccountRequests;
  readonly text: string;
  readonly submit: string;
  readonly look: ButtonLook;
  /** Throws RequestFailed when it is refused. */
  readonly onConfirmed: () => Promise<void>;
  readonly onCancel: () => void;
}

/** The step before a change of how a person signs in. Who signed in long ago shows first who they are. */
export function ConfirmStep(props: ConfirmStepProps) {
  const { account, providers, requests, text, submit, look, onConfirmed, onCancel } = props;
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const action = useAccountAction();
  const asksForPassword = !account.isConfirmed && account.hasPassword;
  const own = providers.filter(({ id }) =>
    account.identities.some(({ provider }) => provider === id),
  );
  const confirm = (event: SyntheticEvent) => {
    event.preventDefault();
    void action.run(async () => {
      if (asksForPassword) await requests.confirm(password);
      await onConfirmed();
    });
  };
  const cancel = (
    <Button look="quiet" onClick={onCancel}>
      {t('cancel')}
    </Button>
  );
  return (
    <form
      className="flex flex-col gap-3 rounded-box border border-line bg-raise p-3"
      onSubmit={confirm}
    >
      <p className="text-ui">{text}</p>
      {asksForPassword && (
        <>
          <input
            hidden
            name="username"
            autoComplete="username"
            value={account.email ?? ''}
            readOnly
          />
          <AccountField
            label={t('account.currentPassword')}
            type="password"
            autoComplete="current-password"
            required
            autoFocus
            value={password}
            onChange={setPassword}
          />
        </>
      )}
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      {account.isConfirmed || account.hasPassword ? (
        <div className="flex flex-wrap gap-2">
          <Button look={look} type="submit" disabled={action.isRunning}>
            {submit}
          </Button>
          {cancel}
        </div>
      ) : (
        <>
          <p className="text-ui text-ink-2">{t('account.signInAgainFirst')}</p>
          <ProviderButtons
            providers={own}
            requests={requests}
            action={action}
            start={{ purpose: 'confirm' }}
          />
          <div>{cancel}</div>
        </>
      )}
    </form>
  );
}
