import './account-words.ts';
import type { Account } from '@tandem/protocol/accounts';
import { useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { useServices } from '../session/services.ts';
import { accountDialog, type AccountDialogView } from '../session/account-dialog.ts';
import { AccountRequests } from './account-requests.ts';

/** The part of a person's profile about their account, or about having none. */
export function ProfileAccount({ onOpen }: { readonly onOpen: () => void }) {
  const { t } = useTranslation();
  const services = useServices();
  const [account, setAccount] = useState<Account | null>(null);
  useEffect(() => {
    let isShown = true;
    const read = async () => {
      const facts = await new AccountRequests(services).read();
      if (isShown) setAccount(facts);
    };
    // Without an answer, what this device remembers is shown.
    read().catch(() => undefined);
    return () => void (isShown = false);
  }, [services]);
  const open = (view: AccountDialogView) => {
    onOpen();
    accountDialog.set(view);
  };
  const isGuest = account?.isGuest ?? !services.account.hasAccount;
  if (isGuest)
    return (
      <div className="flex flex-col gap-2 text-ui">
        <p className="text-ink-2">{t('account.guestText')}</p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => open('sign-up')}>{t('account.create')}</Button>
          <Button onClick={() => open('sign-in')}>{t('account.title.sign-in')}</Button>
        </div>
      </div>
    );
  return (
    <div className="flex flex-col gap-2 text-ui">
      {account?.email != null && <p className="truncate text-ink-2">{account.email}</p>}
      <div>
        <Button onClick={() => open('account')}>{t('account.open')}</Button>
      </div>
    </div>
  );
}
