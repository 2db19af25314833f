import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from '../components/class-names.ts';
import { Popover } from '../components/popover.tsx';
import { useNow } from '../components/use-now.ts';
import { useObservable } from '../observable.ts';
import { TONES } from './save-status-label.ts';
import { ConnectionDetails } from './connection-details.tsx';
import { SaveDot } from './save-dot.tsx';
import { browserTimers, SaveStatus, type SaveSource } from './save-status.ts';

interface ConnectionChipProps {
  readonly source: SaveSource;
  /** The person does not want to wait any longer. */
  readonly tryNow: () => void;
}

/** The small truthful word that is always there. Pressed, it explains itself. */
export function ConnectionChip({ source, tryNow }: ConnectionChipProps) {
  const { t } = useTranslation();
  const status = useMemo(() => new SaveStatus(source, browserTimers), [source]);
  useEffect(() => {
    status.start();
    return () => status.stop();
  }, [status]);
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex min-w-0 items-center">
      <Popover
        title={t('chip.title')}
        titleIs="heard"
        className="w-80"
        trigger={<ChipButton status={status} />}
        open={isOpen}
        onOpenChange={setOpen}
      >
        <ConnectionDetails status={status} tryNow={tryNow} close={() => setOpen(false)} />
      </Popover>
      <TryNow status={status} tryNow={tryNow} />
      <Announcement status={status} />
    </div>
  );
}

function ChipButton({
  status,
  ...props
}: { readonly status: SaveStatus } & Record<string, unknown>) {
  const word = useObservable(status.word);
  return (
    <button
      type="button"
      {...props}
      className={classNames(
        'touch flex h-7.5 min-w-0 items-center gap-1.5 rounded-box px-1.5 text-small select-none hover:bg-hover data-popup-open:bg-hover max-phone:leading-[14px]',
        TONES[word] === 'bad' ? 'font-medium text-bad' : 'text-ink-2 hover:text-ink',
      )}
    >
      <SaveDot status={status} />
      <span className="text-left">
        <Word status={status} />
      </span>
    </button>
  );
}

function Word({ status }: { readonly status: SaveStatus }) {
  const { t } = useTranslation();
  const word = useObservable(status.word);
  if (word === 'reconnecting') return <Countdown status={status} />;
  // A new element for each: what a browser has made of the last one in another language goes with it.
  return <span key={word}>{t(`chip.${word}`)}</span>;
}

function Countdown({ status }: { readonly status: SaveStatus }) {
  const { t } = useTranslation();
  const state = useObservable(status.state);
  useNow(1_000);
  const retryAt = state.kind === 'offline' ? state.retryAt : null;
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1_000);
  return (
    <span key={seconds}>
      {seconds > 0 ? t('chip.reconnectingIn', { count: seconds }) : t('chip.reconnecting')}
    </span>
  );
}

function TryNow({ status, tryNow }: { readonly status: SaveStatus; readonly tryNow: () => void }) {
  const { t } = useTranslation();
  const word = useObservable(status.word);
  if (word !== 'reconnecting') return null;
  return (
    <span className="flex shrink-0 items-center text-small text-ink-2 max-phone:hidden">
      <span aria-hidden>·</span>
      <button
        type="button"
        onClick={tryNow}
        className="touch ml-1 h-7.5 rounded-box px-1 text-accent underline underline-offset-2 hover:text-ink"
      >
        {t('chip.tryNow')}
      </button>
    </span>
  );
}

/** Read out once a state has lasted, and never at each key. */
function Announcement({ status }: { readonly status: SaveStatus }) {
  const { t } = useTranslation();
  const word = useObservable(status.announced);
  return (
    <span role="status" aria-live="polite" className="sr-only">
      <span key={word}>{t(`chip.${word}`)}</span>
    </span>
  );
}
