import type { Account } from '@tandem/protocol/accounts';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { accountDialog, currentMailedToken } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { AccountRequests } from './account-requests.ts';
import { useAccountAction } from './use-account-action.ts';

/**
 * Confirms the address by the link with which the page was opened, once its person has seen the account: the session of
 * this browser may be one that somebody else has begun in it (AC27).
 */
export function AddressVerification() {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AccountRequests(services), [services]);
  const [account, setAccount] = useState<Account | null>(null);
  const [isDone, setDone] = useState(false);
  const { run, problem, isRunning } = useAccountAction();
  const { hasAccount } = services.account;
  useEffect(() => {
    if (hasAccount) void run(async () => setAccount(await requests.read()));
  }, [requests, hasAccount, run]);
  const confirm = ({ user }: Account) =>
    void run(async () => {
      await requests.verify({ token: currentMailedToken() ?? '', as: user.id });
      setDone(true);
    });
  const isSignedIn = hasAccount && account?.isGuest !== true;
  if (isSignedIn && account === null && problem === null)
    return <Skeleton className="h-24 w-full" />;
  if (isDone || !isSignedIn || account === null) {
    const next = isSignedIn ? 'account' : 'sign-in';
    return (
      <div className="flex flex-col gap-4">
        {isDone ? (
          <p role="status" className="text-ui">
            {t('account.verified')}
          </p>
        ) : (
          <p role="alert" className="text-ui text-bad">
            {problem ?? t('account.verifySignedIn')}
          </p>
        )}
        <div>
          <Button onClick={() => accountDialog.set(next)}>{t(`account.title.${next}`)}</Button>
        </div>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ui">{t('account.verifyText')}</p>
      <div className="flex items-center gap-3 rounded-box border border-line bg-raise p-3">
        <Avatar name={account.user.name} color={account.user.color} />
        <div className="min-w-0 text-ui break-words">
          <p className="font-medium">{account.user.name}</p>
          <p className="text-ink-2">{account.email}</p>
        </div>
      </div>
      <p className="text-small text-ink-2">{t('account.verifyWarning')}</p>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {problem}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" disabled={isRunning} onClick={() => confirm(account)}>
          {t('account.verify')}
        </Button>
        <Button look="quiet" onClick={() => accountDialog.set('sign-in')}>
          {t('account.verifyNotMine')}
        </Button>
      </div>
    </div>
  );
}

/** Offers a mail with a link that confirms the address. */
export function UnverifiedAddress({ requests }: { readonly requests: AccountRequests }) {
  const { t } = useTranslation();
  const [isSent, setSent] = useState(false);
  const action = useAccountAction();
  const send = () =>
    void action.run(async () => {
      await requests.requestVerification();
      setSent(true);
    });
  return (
    <div className="flex flex-col gap-1 pb-2 text-small text-ink-2">
      {isSent ? (
        <p role="status">{t('account.verificationSent')}</p>
      ) : (
        <p>
          {t('account.unverified')}{' '}
          <Button look="link" disabled={action.isRunning} onClick={send}>
            {t('account.sendVerification')}
          </Button>
        </p>
      )}
      <p role="alert" className="text-bad empty:hidden">
        {action.problem}
      </p>
    </div>
  );
}
