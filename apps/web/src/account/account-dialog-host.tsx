import { lazy, Suspense, useEffect, useState } from 'react';
import { useObservable } from '../runtime/observable.ts';
import { accountDialog } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { useConnection } from '../session/use-connection.ts';

const AccountDialog = lazy(async () => ({
  default: (await import('./account-dialog.tsx')).AccountDialog,
}));

/** Loads the dialog about accounts when it opens, and opens it when an account's session is over. */
export function AccountDialogHost() {
  const { account } = useServices();
  const view = useObservable(accountDialog);
  const [isLoaded, setLoaded] = useState(false);
  if (view !== null && !isLoaded) setLoaded(true);
  const connection = useConnection();
  const { user } = useObservable(account.state);
  // Somebody who was never here is told by the page, and chooses.
  const isOver =
    user !== null && connection.kind === 'stopped' && connection.action === 'authenticate';
  useEffect(() => {
    if (isOver) accountDialog.set(account.wayBack);
    else if (!isOver && accountDialog.get() === 'again') accountDialog.set(null);
  }, [isOver, account]);
  return <Suspense>{isLoaded && <AccountDialog />}</Suspense>;
}
