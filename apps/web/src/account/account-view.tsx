import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Skeleton } from '../components/feedback.tsx';
import { takeSignInProblem } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { AccountRequests } from './account-requests.ts';
import { DeviceList } from './device-list.tsx';
import { GuestDocuments } from './guest-documents.tsx';
import { ServerSection } from './server-section.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProviderButtons } from './provider-buttons.tsx';
import { useAccountAction } from './use-account-action.ts';

interface AccountViewProps {
  /** Null while they are unknown. */
  readonly options: SignInOptions | null;
}

export function AccountView({ options }: AccountViewProps) {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AccountRequests(services), [services]);
  const [account, setAccount] = useState<Account | null>(null);
  const [passwordChanges, setPasswordChanges] = useState(0);
  const [returned] = useState(takeSignInProblem);
  const { run, problem } = useAccountAction();
  const connecting = useAccountAction(returned === null ? null : t(`account.problem.${returned}`));
  // oxlint-disable-next-line react/exhaustive-deps -- read once; `run` is new at each rendering
  useEffect(() => void run(async () => setAccount(await requests.read())), [requests]);
  if (account === null)
    return problem === null ? (
      <Skeleton className="h-24 w-full" />
    ) : (
      <p role="alert" className="text-ui text-bad">
        {problem}
      </p>
    );
  const others = (options?.providers ?? []).filter(({ id }) => !account.providers.includes(id));
  return (
    <div className="flex flex-col gap-5">
      {account.guestDocuments > 0 && <GuestDocuments count={account.guestDocuments} />}
      <div className="flex flex-col gap-2 text-ui">
        <p className="font-medium">{account.email ?? account.user.name}</p>
        {account.email !== null && account.hasPassword && (
          <PasswordForm
            email={account.email}
            requests={requests}
            onChanged={() => setPasswordChanges((count) => count + 1)}
          />
        )}
      </div>
      {others.length > 0 && (
        <div className="flex flex-col gap-2">
          <p className="text-small text-ink-2">{t('account.connectText')}</p>
          <p role="alert" className="text-ui text-bad empty:hidden">
            {connecting.problem}
          </p>
          <ProviderButtons
            providers={others}
            requests={requests}
            action={connecting}
            start={{ purpose: 'link' }}
          />
        </div>
      )}
      <DeviceList key={passwordChanges} requests={requests} />
      {account.isAdministrator && <ServerSection requests={requests} />}
    </div>
  );
}
