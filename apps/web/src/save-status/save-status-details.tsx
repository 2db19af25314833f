import { Link } from '../navigation/link.tsx';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Moment } from '../languages/moment.tsx';
import { useObservable } from '../runtime/observable.ts';
import { reloadPage } from '../runtime/service-worker.ts';
import { AccountHint } from '../session/account-hint.tsx';
import { accountDialog } from '../session/account-dialog.ts';
import { useServices } from '../session/services.ts';
import { SignInLink } from '../session/sign-in.tsx';
import { useConnection } from '../session/use-connection.ts';
import { UnconfirmedButton } from '../unconfirmed/unconfirmed-drawer.tsx';
import type { DisplayedSaveStatus } from './displayed-save-status.ts';
import './save-status-words.ts';

interface SaveStatusDetailsProps {
  readonly displayed: DisplayedSaveStatus;
  readonly tryNow: () => void;
  readonly close: () => void;
}

export function SaveStatusDetails({ displayed, tryNow, close }: SaveStatusDetailsProps) {
  const { t } = useTranslation();
  const { account } = useServices();
  const status = useObservable(displayed.status);
  const savedAt = useObservable(displayed.savedAt);
  const { kind, message, outcome, pending, action } = status;
  return (
    <div className="flex flex-col gap-3 text-ui text-ink-2">
      <p>{message ?? t(`chip.about.${kind}`)}</p>
      {outcome !== null && <p>{t(`chip.outcome.${outcome}`, { count: pending })}</p>}
      {(kind === 'blocked' || kind === 'blocked-unpersisted') && <ProxyHelpLink />}
      <TransportNote />
      <AccountHint />
      {savedAt !== null && (
        <p className="text-ink-3">
          {t('chip.lastSaved')} <Moment at={savedAt} />
        </p>
      )}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {action === 'reload' && (
          <Button look="primary" onClick={() => void reloadPage()}>
            {t('reload')}
          </Button>
        )}
        {action === 'sign-in' && <SignInLink />}
        {action === 'sign-in-again' && (
          <Button
            look="primary"
            onClick={() => {
              close();
              accountDialog.set(account.wayBack);
            }}
          >
            {t('signIn')}
          </Button>
        )}
        {action === 'try-now' && (
          <Button look="primary" onClick={tryNow}>
            {t('chip.tryNow')}
          </Button>
        )}
        <UnconfirmedButton onOpen={close} />
      </div>
    </div>
  );
}

function TransportNote() {
  const { t } = useTranslation();
  const connection = useConnection();
  if (connection.kind !== 'connected' || connection.transport === 'websocket') return null;
  return (
    <>
      <p>{t(`chip.transport.${connection.transport}`)}</p>
      <ProxyHelpLink />
    </>
  );
}

function ProxyHelpLink() {
  const { t } = useTranslation();
  return (
    <Link to="/help/connection" className="text-accent underline underline-offset-2">
      {t('chip.blockedHelp')}
    </Link>
  );
}
