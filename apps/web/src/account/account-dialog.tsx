import './account-words.ts';
import type { SignInOptions } from '@tandem/protocol/accounts';
import { useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Dialog } from '../components/dialog.tsx';
import { useObservable } from '../runtime/observable.ts';
import { accountDialog } from '../session/account-dialog.ts';
import { AccountRequests } from './account-requests.ts';
import { AddressVerification } from './address-verification.tsx';
import { AccountView } from './account-view.tsx';
import { useServices } from '../session/services.ts';
import { becomeOther } from '../session/sign-out.ts';
import { GuestDocuments } from './guest-documents.tsx';
import { ForgottenPassword, NewPassword } from './password-reset.tsx';
import { SignInForm } from './sign-in-form.tsx';

const RETRY_MS = 5_000;

/** Read each time that a form opens, and again until the server answers. @returns null until they are known */
function useSignInOptions(isNeeded: boolean): SignInOptions | null {
  const services = useServices();
  const [options, setOptions] = useState<SignInOptions | null>(null);
  useEffect(() => {
    if (!isNeeded) return;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const read = (): void => {
      new AccountRequests(services).readOptions().then(setOptions, () => {
        if (!isOver) retry = setTimeout(read, RETRY_MS);
      });
    };
    read();
    return () => {
      isOver = true;
      clearTimeout(retry);
    };
  }, [isNeeded, services]);
  return options;
}

export function AccountDialog() {
  const { t } = useTranslation();
  const { client } = useServices();
  const open = useObservable(accountDialog);
  const [last, setLast] = useState(open);
  const [guestDocuments, setGuestDocuments] = useState(0);
  const options = useSignInOptions(open !== null);
  // The dialog keeps its content while it closes.
  if (open !== null && open !== last) setLast(open);
  const view = open ?? last ?? 'account';
  const close = () => {
    // The page still shows what was the guest's. The account asks again.
    if (guestDocuments > 0) void becomeOther(client);
    else accountDialog.set(null);
  };
  return (
    <Dialog
      open={open !== null}
      onOpenChange={(isOpen) => !isOpen && close()}
      title={t(`account.title.${view}`)}
      place="narrow"
    >
      {guestDocuments > 0 ? (
        <GuestDocuments count={guestDocuments} />
      ) : view === 'account' ? (
        <AccountView options={options} />
      ) : view === 'forgot' ? (
        <ForgottenPassword />
      ) : view === 'reset' ? (
        <NewPassword />
      ) : view === 'verify' ? (
        <AddressVerification />
      ) : (
        <SignInForm key={view} view={view} options={options} onGuestDocuments={setGuestDocuments} />
      )}
    </Dialog>
  );
}
