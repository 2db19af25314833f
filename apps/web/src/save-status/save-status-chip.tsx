import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useNow } from '../components/browser-state.ts';
import { classNames } from '../components/class-names.ts';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { Popover } from '../components/popover.tsx';
import { browserTimers } from '../runtime/debounced-value.ts';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { DisplayedSaveStatus, type SaveSource } from './displayed-save-status.ts';
import { deviceSource } from './save-sources.ts';
import { DOT_TONES, type DotTone } from './save-status.ts';

const details = new Deferred(() => import('./save-status-details.tsx'), { preload: 'at once' });

interface SaveStatusChipProps {
  readonly source: SaveSource;
  readonly tryNow: () => void;
}

export function SaveStatusChip({ source, tryNow }: SaveStatusChipProps) {
  const { t } = useTranslation();
  const displayed = useMemo(() => new DisplayedSaveStatus(source, browserTimers), [source]);
  useEffect(() => {
    displayed.start();
    return () => displayed.stop();
  }, [displayed]);
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex min-w-0 items-center">
      <Popover
        title={t('chip.title')}
        titleIs="visually-hidden"
        className="w-80"
        trigger={<ChipButton displayed={displayed} />}
        open={isOpen}
        onOpenChange={setOpen}
        needs={details}
      >
        <Loaded from={details}>
          {({ SaveStatusDetails }) => (
            <SaveStatusDetails displayed={displayed} tryNow={tryNow} close={() => setOpen(false)} />
          )}
        </Loaded>
      </Popover>
      <TryNow displayed={displayed} tryNow={tryNow} />
      <Announcement displayed={displayed} />
    </div>
  );
}

export function DeviceSaveStatusChip() {
  const { client } = useServices();
  const source = useMemo(() => deviceSource(client), [client]);
  return <SaveStatusChip source={source} tryNow={() => client.connection.tryNow()} />;
}

interface DisplayedProps {
  readonly displayed: DisplayedSaveStatus;
}

function ChipButton({ displayed, ...props }: DisplayedProps & Record<string, unknown>) {
  const kind = useObservable(displayed.label);
  return (
    <button
      type="button"
      {...props}
      className={classNames(
        'touch flex h-7.5 min-w-0 items-center gap-1.5 rounded-box px-1.5 text-small select-none hover:bg-hover data-popup-open:bg-hover max-phone:leading-[14px]',
        DOT_TONES[kind] === 'bad' ? 'font-medium text-bad' : 'text-ink-2 hover:text-ink',
      )}
    >
      <Dot displayed={displayed} />
      <span className="text-left">
        <Label displayed={displayed} />
      </span>
    </button>
  );
}

const TONE_CLASSES: Record<DotTone, string> = {
  good: 'bg-accent',
  // A ring, so that it differs by more than a colour.
  busy: 'bg-transparent ring-[1.5px] ring-inset ring-accent',
  warning: 'bg-warn',
  bad: 'bg-bad',
  quiet: 'bg-ink-3',
};

/**
 * The dot, and `data-connection` of the button around it. It changes with the first key, so it bypasses React: each
 * commit of React walks the focused text's selection, which costs more than all other work in a long document.
 */
function Dot({ displayed }: DisplayedProps) {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const show = () => {
      const kind = displayed.dot.get();
      const classes = `size-1.75 shrink-0 rounded-full ${TONE_CLASSES[DOT_TONES[kind]]}`;
      element.current?.setAttribute('class', classes);
      element.current?.closest('button')?.setAttribute('data-connection', kind);
    };
    show();
    return displayed.dot.subscribe(show);
  }, [displayed]);
  return <span ref={element} aria-hidden />;
}

function Label({ displayed }: DisplayedProps) {
  const { t } = useTranslation();
  const kind = useObservable(displayed.label);
  if (kind === 'reconnecting') return <Countdown displayed={displayed} />;
  // A new element for each label: a browser that translates the page has replaced the text of the last one.
  return <span key={kind}>{t(`chip.${kind}`)}</span>;
}

function Countdown({ displayed }: DisplayedProps) {
  const { t } = useTranslation();
  const { retryAt } = useObservable(displayed.status);
  useNow(1_000);
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1_000);
  return (
    <span key={seconds}>
      {seconds > 0 ? t('chip.reconnectingIn', { count: seconds }) : t('chip.reconnecting')}
    </span>
  );
}

function TryNow({ displayed, tryNow }: DisplayedProps & { readonly tryNow: () => void }) {
  const { t } = useTranslation();
  const kind = useObservable(displayed.label);
  if (kind !== 'reconnecting') return null;
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

function Announcement({ displayed }: DisplayedProps) {
  const { t } = useTranslation();
  const kind = useObservable(displayed.announced);
  return (
    <span role="status" aria-live="polite" className="sr-only">
      <span key={kind}>{t(`chip.${kind}`)}</span>
    </span>
  );
}
