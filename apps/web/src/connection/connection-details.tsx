import type { SaveState } from '@tandem/client';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { Moment } from '../documents/moment.tsx';
import { useObservable } from '../observable.ts';
import { useServices } from '../session/services.ts';
import { reloadPage } from '../shell/new-version.ts';
import { chipWord } from './chip-word.ts';
import type { SaveStatus } from './save-status.ts';
import { useUnconfirmed } from './unconfirmed.ts';
import { openUnconfirmedDrawer } from './unconfirmed-drawer-state.ts';

interface ConnectionDetailsProps {
  readonly status: SaveStatus;
  readonly close: () => void;
}

/** What the chip's word means: what happened, that nothing is lost, what to do. */
export function ConnectionDetails({ status, close }: ConnectionDetailsProps) {
  const { t } = useTranslation();
  const { client } = useServices();
  const state = useObservable(status.state);
  const savedAt = useObservable(status.savedAt);
  const waiting = useUnconfirmed();
  const word = chipWord(state);
  const isCutOff = state.kind === 'offline' || state.kind === 'stopped';
  return (
    <div className="flex flex-col gap-3 text-ui text-ink-2">
      <p>{errorMessage(state) ?? t(`chip.about.${word}`)}</p>
      {word === 'blocked' && (
        <Link to="/help/connection" className="text-accent underline underline-offset-2">
          {t('chip.blockedHelp')}
        </Link>
      )}
      {isCutOff && state.pending > 0 && (
        <p>
          {t(state.kept ? 'chip.pendingKept' : 'chip.pendingNotKept', { count: state.pending })}
        </p>
      )}
      {savedAt !== null && (
        <p className="text-ink-3">
          {t('chip.lastSaved')} <Moment at={savedAt} />
        </p>
      )}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {isCutOff && needsReload(state) && (
          <Button look="primary" onClick={() => void reloadPage()}>
            {t('reload')}
          </Button>
        )}
        {isCutOff && !needsReload(state) && (
          <Button look="primary" onClick={() => client.connection.tryNow()}>
            {t('chip.tryNow')}
          </Button>
        )}
        {waiting.length > 0 && (
          <Button
            onClick={() => {
              close();
              openUnconfirmedDrawer();
            }}
          >
            {t('unconfirmed.open', { count: waiting.length })}
          </Button>
        )}
      </div>
    </div>
  );
}

/** The server's own sentence, where it gave one. */
function errorMessage(state: SaveState): string | null {
  return 'error' in state ? (state.error?.message ?? null) : null;
}

function needsReload(state: SaveState): boolean {
  return state.kind === 'stopped' && state.action === 'reload';
}
