import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { accountDialog, currentMailedToken } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { AccountRequests } from './account-requests.ts';
import { useAccountAction } from './use-account-action.ts';

/** Confirms the address by the link with which the page was opened. */
export function AddressVerification() {
  const { t } = useTranslation();
  const services = useServices();
  const [isDone, setDone] = useState(false);
  const { run, problem } = useAccountAction();
  const { hasAccount } = services.account;
  // The link works once.
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current || !hasAccount) return;
    isSent.current = true;
    void run(async () => {
      await new AccountRequests(services).verify(currentMailedToken() ?? '');
      setDone(true);
    });
  }, [services, hasAccount, run]);
  if (hasAccount && !isDone && problem === null) return <Skeleton className="h-12 w-full" />;
  const next = hasAccount ? 'account' : 'sign-in';
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
