import type {
  Invitation,
  NewInvitation,
  ServerAdministration,
  ServerSettings,
} from '@tandem/protocol/accounts';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { invitationLink } from '../session/account-dialog.ts';
import type { AccountRequests } from './account-requests.ts';
import { RadioChoice } from './radio-choice.tsx';
import { useAccountAction } from './use-account-action.ts';

/** What administrators decide for everyone on the server. */
export function ServerSection({ requests }: { readonly requests: AccountRequests }) {
  const { t } = useTranslation();
  const [server, setServer] = useState<ServerAdministration | null>(null);
  const [created, setCreated] = useState<NewInvitation | null>(null);
  const { run, isRunning, problem } = useAccountAction();
  const read = useCallback(async () => setServer(await requests.readServer()), [requests]);
  useEffect(() => void run(read), [read, run]);
  const change = (settings: ServerSettings) => {
    setServer((now) => now && { ...now, settings });
    const changing = run(async () => await requests.changeServer(settings));
    // What is shown is what the server has, also after a refusal.
    void changing.then(read).catch(() => undefined);
  };
  const invite = () =>
    void run(async () => {
      setCreated(await requests.invite());
      await read();
    });
  const withdraw = (id: string) =>
    void run(async () => {
      await requests.endInvitation(id);
      setCreated(null);
      await read();
    });
  return (
    <section
      aria-labelledby="account-server"
      className="flex flex-col gap-3 border-t border-line pt-4"
    >
      <div>
        <h3 id="account-server" className="text-ui font-semibold">
          {t('account.server.title')}
        </h3>
        <p className="text-small text-ink-2">{t('account.server.text')}</p>
      </div>
      <p role="alert" className="text-ui text-bad empty:hidden">
        {problem}
      </p>
      {server === null && problem === null && <Skeleton className="h-24 w-full" />}
      {server !== null && (
        <>
          <Choices settings={server.settings} isRunning={isRunning} onChange={change} />
          {server.settings.registration !== 'open' && (
            <Invitations
              invitations={server.invitations}
              created={created}
              isRunning={isRunning}
              onInvite={invite}
              onWithdraw={withdraw}
            />
          )}
        </>
      )}
    </section>
  );
}

interface ChoicesProps {
  readonly settings: ServerSettings;
  readonly isRunning: boolean;
  readonly onChange: (settings: ServerSettings) => void;
}

function Choices({ settings, isRunning, onChange }: ChoicesProps) {
  const { t } = useTranslation();
  return (
    <>
      <RadioChoice
        label={t('account.server.signIn')}
        value={settings.signIn}
        isRunning={isRunning}
        options={[
          ['optional', t('account.server.signInOptional')],
          ['required', t('account.server.signInRequired')],
        ]}
        onChange={(signIn) => onChange({ ...settings, signIn })}
      />
      <RadioChoice
        label={t('account.server.registration')}
        value={settings.registration}
        isRunning={isRunning}
        options={[
          ['open', t('account.server.registrationOpen')],
          ['invitation', t('account.server.registrationInvitation')],
          ['closed', t('account.server.registrationClosed')],
        ]}
        onChange={(registration) => onChange({ ...settings, registration })}
      />
    </>
  );
}

interface InvitationsProps {
  readonly invitations: readonly Invitation[];
  readonly created: NewInvitation | null;
  readonly isRunning: boolean;
  readonly onInvite: () => void;
  readonly onWithdraw: (id: string) => void;
}

function Invitations({ invitations, created, isRunning, onInvite, onWithdraw }: InvitationsProps) {
  const { t, language } = useTranslation();
  const day = (at: number) =>
    new Intl.DateTimeFormat(formatLocale(language), {
      day: 'numeric',
      month: 'long',
      hour: 'numeric',
      minute: '2-digit',
    }).format(at);
  const link = created === null ? null : invitationLink(created.token);
  return (
    <div className="flex flex-col gap-2">
      <div>
        <Button disabled={isRunning} onClick={onInvite}>
          {t('account.server.invite')}
        </Button>
      </div>
      {created !== null && link !== null && (
        <div className="flex flex-col gap-1">
          <p className="text-small text-ink-2">
            {t('account.server.invited', { day: day(created.expiresAt) })}
          </p>
          <div className="flex gap-2">
            <input
              readOnly
              value={link}
              aria-label={t('account.server.invite')}
              onFocus={({ target }) => target.select()}
              className="h-8.5 min-w-0 flex-1 rounded-box border border-line bg-canvas px-2.5 text-small"
            />
            <CopyButton text={() => link}>{t('account.server.copy')}</CopyButton>
          </div>
        </div>
      )}
      {invitations.length > 0 && (
        <>
          <p className="text-small text-ink-2">
            {t('account.server.invitations', { count: invitations.length })}
          </p>
          <ul className="flex flex-col divide-y divide-line">
            {invitations.map(({ id, createdAt }) => (
              <li key={id} className="flex min-h-9 items-center justify-between gap-3 text-ui">
                {t('account.server.invitation', { day: day(createdAt) })}
                <Button
                  disabled={isRunning}
                  onClick={() => onWithdraw(id)}
                  aria-label={t('account.server.withdrawNamed', { day: day(createdAt) })}
                >
                  {t('account.server.withdraw')}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
