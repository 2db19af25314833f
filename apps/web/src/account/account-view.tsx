import type { Account, SignInOptions } from '@tandem/protocol/accounts';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { Link } from '../navigation/link.tsx';
import { accountDialog, takeSignInProblem } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { AccountRequests } from './account-requests.ts';
import { ApiTokenList } from './api-token-list.tsx';
import { DeviceList } from './device-list.tsx';
import { GuestDocuments } from './guest-documents.tsx';
import { MailChoice } from './mail-choice.tsx';
import { PasskeyList } from './passkey-list.tsx';
import { ServerSection } from './server-section.tsx';
import { SignInWays } from './sign-in-ways.tsx';
import { useAccountAction } from './use-account-action.ts';
import { WebhookList } from './webhook-list.tsx';

interface AccountViewProps {
  /** Null while they are unknown. */
  readonly options: SignInOptions | null;
}

export function AccountView({ options }: AccountViewProps) {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AccountRequests(services), [services]);
  const [account, setAccount] = useState<Account | null>(null);
  /** How often the other devices were signed out. */
  const [ended, setEnded] = useState(0);
  /** How often that was because of another way to sign in than a passkey; a new password may have removed some. */
  const [otherWays, setOtherWays] = useState(0);
  const [returned] = useState(takeSignInProblem);
  const { run, problem } = useAccountAction();
  const read = useCallback(async () => {
    const facts = await requests.read();
    setAccount(facts);
    return facts;
  }, [requests]);
  useEffect(() => void run(async () => void (await read())), [read, run]);
  if (account === null)
    return problem === null ? (
      <Skeleton className="h-24 w-full" />
    ) : (
      <p role="alert" className="text-ui text-bad">
        {problem}
      </p>
    );
  return (
    <div className="flex flex-col gap-5">
      {account.guestDocuments > 0 && <GuestDocuments count={account.guestDocuments} />}
      <p className="text-ui font-medium break-words">{account.user.name}</p>
      <SignInWays
        account={account}
        options={options}
        requests={requests}
        problem={returned === null ? null : t(`account.problem.${returned}`)}
        read={read}
        onOthersEnded={() => {
          setEnded((count) => count + 1);
          setOtherWays((count) => count + 1);
        }}
      />
      {!account.isGuest && options !== null && (
        <PasskeyList
          key={`passkeys ${otherWays}`}
          account={account}
          options={options}
          requests={requests}
          read={read}
          onOthersEnded={() => setEnded((count) => count + 1)}
        />
      )}
      {options?.sendsMail === true && account.email !== null && (
        <MailChoice account={account} requests={requests} />
      )}
      <DeviceList key={`devices ${ended}`} requests={requests} />
      <ApiTokenList
        key={`tokens ${ended}`}
        account={account}
        options={options}
        requests={requests}
        read={read}
      />
      <WebhookList
        key={`webhooks ${ended}`}
        account={account}
        options={options}
        requests={requests}
        read={read}
      />
      {account.isAdministrator && (
        <>
          <ServerSection requests={requests} />
          <div>
            <Button render={<Link to="/administration" onClick={() => accountDialog.set(null)} />}>
              {t('account.server.open')}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
