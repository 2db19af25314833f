import { MIN_PASSWORD_LENGTH } from '@tandem/protocol';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { accountDialog, currentMailedToken } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { AccountField } from './account-field.tsx';
import { AccountRequests } from './account-requests.ts';
import { useAccountAction } from './use-account-action.ts';

/** Asks for a mail with a link that sets a new password. */
export function ForgottenPassword() {
  const { t } = useTranslation();
  const services = useServices();
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const action = useAccountAction();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void action.run(async () => {
      await new AccountRequests(services).requestReset(email);
      setSentTo(email);
    });
  };
  const goBack = () => accountDialog.set(services.account.hasAccount ? 'again' : 'sign-in');
  if (sentTo !== null)
    return (
      <div className="flex flex-col gap-4">
        <p role="status" className="text-ui break-words">
          {t('account.resetSent', { email: sentTo })}
        </p>
        <div>
          <Button onClick={goBack}>{t('account.backToSignIn')}</Button>
        </div>
      </div>
    );
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <p className="text-ui text-ink-2">{t('account.forgotText')}</p>
      <AccountField
        label={t('account.email')}
        type="email"
        name="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={setEmail}
      />
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" type="submit" disabled={action.isRunning}>
          {t('account.sendLink')}
        </Button>
        <Button look="quiet" onClick={goBack}>
          {t('account.backToSignIn')}
        </Button>
      </div>
    </form>
  );
}

/** Sets a new password by the link with which the page was opened. */
export function NewPassword() {
  const { t } = useTranslation();
  const services = useServices();
  const [password, setPassword] = useState('');
  const [isDone, setDone] = useState(false);
  const action = useAccountAction();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const token = currentMailedToken() ?? '';
      await new AccountRequests(services).resetPassword({ token, password });
      setDone(true);
    });
  };
  if (isDone)
    return (
      <div className="flex flex-col gap-4">
        <p role="status" className="text-ui">
          {t('account.resetDone')}
        </p>
        <div>
          <Button look="primary" onClick={() => accountDialog.set('sign-in')}>
            {t('account.submit.sign-in')}
          </Button>
        </div>
      </div>
    );
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <p className="text-ui text-ink-2">{t('account.resetText')}</p>
      <AccountField
        label={t('account.newPassword')}
        rule={t('account.passwordRule')}
        type="password"
        name="password"
        autoComplete="new-password"
        required
        minLength={MIN_PASSWORD_LENGTH}
        autoFocus
        value={password}
        onChange={setPassword}
      />
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" type="submit" disabled={action.isRunning}>
          {t('account.setPassword')}
        </Button>
        {action.problem !== null && (
          <Button look="quiet" onClick={() => accountDialog.set('forgot')}>
            {t('account.anotherLink')}
          </Button>
        )}
      </div>
    </form>
  );
}
