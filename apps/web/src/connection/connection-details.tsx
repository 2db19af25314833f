import type { SaveState } from '@tandem/client';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { Moment } from '../documents/moment.tsx';
import { useObservable } from '../observable.ts';
import { AccountHint } from '../session/account-hint.tsx';
import { reloadPage } from '../shell/new-version.ts';
import { saveStatusLabel } from './save-status-label.ts';
import { pendingWorkOutcome, persistenceOf, suggestedAction } from './suggested-action.ts';
import type { SaveStatus } from './save-status.ts';
import { SignInLink } from './sign-in-link.tsx';
import { TransportNote } from './transport-note.tsx';
import { UnconfirmedButton } from './unconfirmed-button.tsx';

interface ConnectionDetailsProps {
  readonly status: SaveStatus;
  readonly tryNow: () => void;
  readonly close: () => void;
}

/** What the chip's word means: what happened, that nothing is lost, what to do. */
export function ConnectionDetails({ status, tryNow, close }: ConnectionDetailsProps) {
  const { t } = useTranslation();
  const state = useObservable(status.state);
  const savedAt = useObservable(status.savedAt);
  const word = saveStatusLabel(state);
  const fate = pendingWorkOutcome(state);
  const remedy = suggestedAction(state);
  const keeping = persistenceOf(state);
  return (
    <div className="flex flex-col gap-3 text-ui text-ink-2">
      <p>{errorMessage(state) ?? t(`chip.about.${word}`)}</p>
      {keeping !== null && <p>{t(`chip.${keeping}`)}</p>}
      {(word === 'blocked' || word === 'blocked-unpersisted') && (
        <Link to="/help/connection" className="text-accent underline underline-offset-2">
          {t('chip.blockedHelp')}
        </Link>
      )}
      <TransportNote />
      <AccountHint />
      {fate !== null && 'pending' in state && <p>{t(`chip.${fate}`, { count: state.pending })}</p>}
      {savedAt !== null && (
        <p className="text-ink-3">
          {t('chip.lastSaved')} <Moment at={savedAt} />
        </p>
      )}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {remedy === 'reload' && (
          <Button look="primary" onClick={() => void reloadPage()}>
            {t('reload')}
          </Button>
        )}
        {remedy === 'sign-in' && <SignInLink />}
        {remedy === 'try-now' && (
          <Button look="primary" onClick={tryNow}>
            {t('chip.tryNow')}
          </Button>
        )}
        <UnconfirmedButton onOpen={close} />
      </div>
    </div>
  );
}

/** The server's own sentence, where it gave one. */
function errorMessage(state: SaveState): string | null {
  return 'error' in state ? (state.error?.message ?? null) : null;
}
