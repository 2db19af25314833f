import { MIN_PASSWORD_LENGTH } from '@tandem/protocol';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import type { AccountRequests } from './account-requests.ts';
import { useAccountAction } from './use-account-action.ts';

interface PasswordFormProps {
  readonly email: string;
  readonly requests: AccountRequests;
  readonly onChanged: () => void;
}

export function PasswordForm({ email, requests, onChanged }: PasswordFormProps) {
  const { t } = useTranslation();
  const [state, setState] = useState<'closed' | 'open' | 'done'>('closed');
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const action = useAccountAction();
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!(await action.run(() => requests.changePassword({ current, password })))) return;
    setState('done');
    onChanged();
  };
  if (state !== 'open')
    return (
      <div className="flex flex-col gap-1 py-1.5">
        <div className="flex min-h-8 items-center justify-between gap-3">
          <div className="min-w-0">
            <p className="truncate text-ui font-medium">{t('account.emailAndPassword')}</p>
            <p className="truncate text-small text-ink-2">{email}</p>
          </div>
          <Button aria-label={t('account.changePassword')} onClick={() => setState('open')}>
            {t('account.change')}
          </Button>
        </div>
        <p role="status" className="text-ui text-ink-2 empty:hidden">
          {state === 'done' && t('account.passwordChanged')}
        </p>
      </div>
    );
  return (
    <form className="flex flex-col gap-3 pt-1.5 pb-4" onSubmit={(event) => void submit(event)}>
      <div>
        <p className="text-ui font-medium">{t('account.emailAndPassword')}</p>
        <p className="truncate text-small text-ink-2">{email}</p>
      </div>
      {/* Tells password managers whose password it is. */}
      <input hidden name="username" autoComplete="username" value={email} readOnly />
      <AccountField
        label={t('account.currentPassword')}
        type="password"
        autoComplete="current-password"
        required
        autoFocus
        value={current}
        onChange={setCurrent}
      />
      <AccountField
        label={t('account.newPassword')}
        rule={t('account.passwordRule')}
        type="password"
        autoComplete="new-password"
        required
        minLength={MIN_PASSWORD_LENGTH}
        value={password}
        onChange={setPassword}
      />
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit" disabled={action.isRunning}>
          {t('account.changePassword')}
        </Button>
        <Button look="quiet" onClick={() => setState('closed')}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
