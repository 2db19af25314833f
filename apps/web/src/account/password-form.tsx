import { MIN_PASSWORD_LENGTH } from '@tandem/protocol';
import type { Passkey } from '@tandem/protocol/passkeys';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { AccountField } from './account-field.tsx';
import type { AccountRequests } from './account-requests.ts';
import { PasskeyFacts } from './passkey-facts.tsx';
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
  const [passkeys, setPasskeys] = useState<readonly Passkey[]>([]);
  const [removesPasskeys, setRemovesPasskeys] = useState(false);
  const action = useAccountAction();
  const open = () => {
    setState('open');
    setRemovesPasskeys(false);
    void action.run(async () => setPasskeys(await requests.listPasskeys()));
  };
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const body = { current, password, removesPasskeys };
    if (!(await action.run(() => requests.changePassword(body)))) return;
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
          <Button aria-label={t('account.changePassword')} onClick={open}>
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
      {passkeys.length > 0 && (
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-small text-ink-2">
            {t('account.passkeys.withPassword')}
          </legend>
          <ul className="flex flex-col divide-y divide-line">
            {passkeys.map((passkey) => (
              <li key={passkey.id} className="py-1.5">
                <p className="truncate text-ui font-medium">{passkey.name}</p>
                <PasskeyFacts passkey={passkey} />
              </li>
            ))}
          </ul>
          <label className="flex min-h-7 items-center gap-2 text-ui pointer-coarse:min-h-11">
            <input
              type="checkbox"
              checked={removesPasskeys}
              onChange={({ target }) => setRemovesPasskeys(target.checked)}
              className="size-4 shrink-0 accent-accent"
            />
            {t('account.passkeys.removeAll')}
          </label>
        </fieldset>
      )}
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
