import type { SaveState } from '@tandem/client';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { Moment } from '../documents/moment.tsx';
import { useObservable } from '../observable.ts';
import { AccountHint } from '../session/account-hint.tsx';
import { reloadPage } from '../shell/new-version.ts';
import { saveStatusLabel } from './save-status-label.ts';
import { writingOutcome, suggestedAction } from './suggested-action.ts';
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
  const outcome = writingOutcome(state);
  const action = suggestedAction(state);
  return (
    <div className="flex flex-col gap-3 text-ui text-ink-2">
      <p>{errorMessage(state) ?? t(`chip.about.${word}`)}</p>
      {outcome !== null && (
        <p>{t(`chip.${outcome}`, { count: 'pending' in state ? state.pending : 0 })}</p>
      )}
      {(word === 'blocked' || word === 'blocked-unpersisted') && (
        <Link to="/help/connection" className="text-accent underline underline-offset-2">
          {t('chip.blockedHelp')}
        </Link>
      )}
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

/** The server's own sentence, where it gave one. It says that the text is kept, so it is left out where nothing is. */
function errorMessage(state: SaveState): string | null {
  if (!('error' in state) || writingOutcome(state) === 'pendingNotKept') return null;
  return state.error?.message ?? null;
}
