import type { Account, ConnectedIdentity, SignInOptions } from '@tandem/protocol/accounts';
import { useState, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { formatLocale } from '../languages/i18n.ts';
import type { AccountRequests } from './account-requests.ts';
import { ConfirmStep } from './confirm-step.tsx';
import { leaveToProvider } from './leave-to-provider.ts';
import { UnverifiedAddress } from './address-verification.tsx';
import { PasswordForm } from './password-form.tsx';
import { useAccountAction } from './use-account-action.ts';

type Provider = SignInOptions['providers'][number];

type Step =
  | { readonly kind: 'connect'; readonly provider: Provider }
  | { readonly kind: 'disconnect'; readonly identity: ConnectedIdentity };

interface SignInWaysProps {
  readonly account: Account;
  /** Null while they are unknown. */
  readonly options: SignInOptions | null;
  readonly requests: AccountRequests;
  /** With which the browser came back from a provider. */
  readonly problem: string | null;
  /** Reads the account again. */
  readonly read: () => Promise<Account>;
  /** All other devices are signed out. */
  readonly onOthersEnded: () => void;
}

/** With what a person signs in, which of it they remove, and what they add. */
export function SignInWays(props: SignInWaysProps) {
  const { account, options, requests, problem, read, onOthersEnded } = props;
  const { t, language } = useTranslation();
  const [step, setStep] = useState<Step | null>(null);
  const [removed, setRemoved] = useState<string | null>(null);
  const action = useAccountAction(problem);
  const providers = options?.providers ?? [];
  const day = new Intl.DateTimeFormat(formatLocale(language), { dateStyle: 'long' });
  const others = providers.filter(
    ({ id }) => !account.identities.some(({ provider }) => provider === id),
  );
  const nameOf = ({ provider, issuer }: ConnectedIdentity): string =>
    providers.find(({ id }) => id === provider)?.name ?? hostOf(issuer);

  const ask = (next: Step) =>
    void action.run(async () => {
      setRemoved(null);
      // The dialog may have been open for long.
      const { isConfirmed } = await read();
      if (next.kind === 'connect' && isConfirmed) await connect(next.provider);
      else setStep(next);
    });
  const connect = ({ id }: Provider) =>
    leaveToProvider(requests, { provider: id, purpose: 'link' });
  const disconnect = async (identity: ConnectedIdentity) => {
    await requests.removeIdentity(identity);
    setStep(null);
    setRemoved(nameOf(identity));
    onOthersEnded();
    await read();
  };

  const isBusy = action.isRunning || step !== null;
  const name =
    step === null ? '' : step.kind === 'connect' ? step.provider.name : nameOf(step.identity);
  return (
    <section aria-labelledby="account-ways" className="flex flex-col gap-2">
      <h3 id="account-ways" className="text-ui font-semibold">
        {t('account.ways')}
      </h3>
      <ul className="flex flex-col divide-y divide-line">
        {account.email !== null && account.hasPassword && (
          <li>
            <PasswordForm email={account.email} requests={requests} onChanged={onOthersEnded} />
            {options?.sendsMail === true && !account.isEmailVerified && (
              <UnverifiedAddress requests={requests} />
            )}
          </li>
        )}
        {account.identities.map((identity) => (
          <Way
            key={`${identity.issuer} ${identity.subject}`}
            name={nameOf(identity)}
            about={t(identity.provider === null ? 'account.notOffered' : 'account.connectedOn', {
              day: day.format(identity.connectedAt),
            })}
          >
            {identity.isRemovable && (
              <Button
                disabled={isBusy}
                aria-label={t('account.disconnectNamed', { name: nameOf(identity) })}
                onClick={() => ask({ kind: 'disconnect', identity })}
              >
                {t('account.disconnect')}
              </Button>
            )}
          </Way>
        ))}
        {others.map((provider) => (
          <Way key={provider.id} name={provider.name} about={t('account.notConnected')}>
            <Button
              disabled={isBusy}
              aria-label={t('account.connectNamed', { name: provider.name })}
              onClick={() => ask({ kind: 'connect', provider })}
            >
              {t('account.connect')}
            </Button>
          </Way>
        ))}
      </ul>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {action.problem}
      </p>
      <p role="status" className="text-ui text-ink-2 empty:hidden">
        {removed !== null && t('account.disconnected', { name: removed })}
      </p>
      {step !== null && (
        <ConfirmStep
          account={account}
          options={options}
          requests={requests}
          read={read}
          text={t(step.kind === 'connect' ? 'account.connectText' : 'account.disconnectText', {
            name,
          })}
          submit={t(step.kind === 'connect' ? 'account.connect' : 'account.disconnect')}
          look={step.kind === 'connect' ? 'primary' : 'danger'}
          onConfirmed={() =>
            step.kind === 'connect' ? connect(step.provider) : disconnect(step.identity)
          }
          onCancel={() => setStep(null)}
        />
      )}
    </section>
  );
}

interface WayProps {
  readonly name: string;
  readonly about: string;
  readonly children: ReactNode;
}

function Way({ name, about, children }: WayProps) {
  return (
    <li className="flex min-h-11 items-center justify-between gap-3 py-1.5">
      <div className="min-w-0">
        <p className="truncate text-ui font-medium">{name}</p>
        <p className="text-small text-ink-2">{about}</p>
      </div>
      {children}
    </li>
  );
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}
