import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button, type ButtonLook } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import type { AccountRequests } from './account-requests.ts';
import { askForPasskey } from './passkey-ceremonies.ts';
import { PasskeyNotice } from './passkey-notice.tsx';
import { passkeyObstacle } from './passkey-support.ts';
import { ProviderButtons } from './provider-buttons.tsx';
import { useAccountAction } from './use-account-action.ts';

interface ConfirmStepProps {
  readonly account: Account;
  /** Null while they are unknown. */
  readonly options: SignInOptions | null;
  readonly requests: AccountRequests;
  readonly text: string;
  readonly submit: string;
  readonly look: ButtonLook;
  /** Whether browsers allow the change only right after a click: then it has one of its own. */
  readonly needsClick?: boolean;
  /** Reads the account again. */
  readonly read: () => Promise<unknown>;
  /** Throws RequestFailed when it is refused. */
  readonly onConfirmed: () => Promise<void>;
  readonly onCancel: () => void;
}

/** The step before a change of how a person signs in. Who signed in long ago shows first who they are. */
export function ConfirmStep(props: ConfirmStepProps) {
  const { account, options, requests, text, submit, look, needsClick = false } = props;
  const { read, onConfirmed, onCancel } = props;
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const action = useAccountAction();
  const asksForPassword = !account.isConfirmed && account.hasPassword;
  const own =
    options?.providers.filter(({ id }) =>
      account.identities.some(({ provider }) => provider === id),
    ) ?? [];
  const obstacle = passkeyObstacle(options?.passkeyOrigin ?? null);
  const hasPasskey = account.hasPasskeysHere && obstacle === null;
  const finish = async () => {
    // A person whose change fails now is not asked again.
    await read();
    if (!needsClick) await onConfirmed();
  };
  const confirmByPasskey = () =>
    void action.run(async () => {
      await requests.confirmByPasskey(await askForPasskey(await requests.requestOwnPasskey()));
      await finish();
    });
  const confirm = (event: SyntheticEvent) => {
    event.preventDefault();
    void action.run(async () => {
      if (!asksForPassword) return await onConfirmed();
      await requests.confirm(password);
      await finish();
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
            {asksForPassword && needsClick ? t('account.continue') : submit}
          </Button>
          {cancel}
          {asksForPassword && hasPasskey && (
            <Button disabled={action.isRunning} onClick={confirmByPasskey}>
              {t('account.passkeys.useInstead')}
            </Button>
          )}
        </div>
      ) : (
        <>
          {hasPasskey && (
            <div>
              <Button look={look} disabled={action.isRunning} onClick={confirmByPasskey}>
                {t('account.passkeys.use')}
              </Button>
            </div>
          )}
          {account.hasPasskeysHere && obstacle !== null && <PasskeyNotice obstacle={obstacle} />}
          {own.length > 0 && <p className="text-ui text-ink-2">{t('account.signInAgainFirst')}</p>}
          {own.length === 0 && !hasPasskey && options !== null && (
            <p className="text-ui text-ink-2">{t('account.noWayHere')}</p>
          )}
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
