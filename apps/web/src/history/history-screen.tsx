import {
  differenceBetween,
  type DifferenceRun,
  type Restoration,
  restorationOf,
} from '@tandem/document/history';
import { ArrowLeft, List, Tag } from 'lucide-react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import type * as Y from 'yjs';
import { Button, IconButton } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { FullPage, Skeleton } from '../components/feedback.tsx';
import { Popover } from '../components/popover.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { useObservable } from '../runtime/observable.ts';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { useServices } from '../session/services.ts';
import { CompareMenu, type Comparison } from './compare-menu.tsx';
import { AuthorsLegend } from './authors-legend.tsx';
import { DifferenceView } from './difference-view.tsx';
import { HistoryList, type HistoryState } from './history-list.ts';
import { HistoryRequests } from './history-requests.ts';
import { docOf, type Moments } from './moments.ts';
import { NamedVersionList } from './named-version-list.tsx';
import { Playback } from './playback.tsx';
import { SessionList } from './session-list.tsx';
import { dayAndTime } from './session-time.ts';
import { useNamedVersions, type NamedVersions } from './use-named-versions.ts';
import { VersionName } from './version-name.tsx';
import words from '../languages/history.en.json' with { type: 'json' };

addTexts(words);

export interface HistoryScreenProps {
  readonly document: string;
  readonly title: string;
  /** Null for a person who may not write at the moment. */
  readonly onRestore: ((restoration: Restoration) => void) | null;
  readonly onClose: () => void;
}

/** What a page was, and who changed what. */
export function HistoryScreen({ document, title, onRestore, onClose }: HistoryScreenProps) {
  const { t } = useTranslation();
  const { client } = useServices();
  const list = useMemo(
    () => new HistoryList(new HistoryRequests(client.fetch, document)),
    [client, document],
  );
  const state = useObservable(list.state);
  const named = useNamedVersions(document);
  const [isListOpen, setListOpen] = useState(false);
  useScreenTitle(t('history.of', { title }));
  useEffect(() => void list.load(), [list]);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isListOpen) onClose();
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, [onClose, isListOpen]);
  const close = () => setListOpen(false);
  const sessions = (
    <>
      <NamedVersionList
        named={named}
        people={list.people}
        selected={state.selected?.version?.id ?? null}
        onSelect={(version) => {
          const older = named.versions.find(({ offset }) => offset < version.offset);
          void list.selectVersion(version, older);
          close();
        }}
      />
      <SessionList list={list} state={state} onSelected={close} />
    </>
  );
  const { moments } = state;
  return (
    <>
      <ScreenHeader>
        <IconButton label={t('history.back')} icon={ArrowLeft} onClick={onClose} />
        <span className="min-w-0 truncate text-ui">
          <span className="font-medium">{title}</span>
          <span className="text-ink-3 max-phone:hidden"> · {t('history.title')}</span>
        </span>
        <span className="flex-1" />
        <IconButton
          label={t('history.sessions')}
          icon={List}
          className="wide:hidden"
          onClick={() => setListOpen(true)}
        />
      </ScreenHeader>
      <div className="flex flex-1">
        {state.selected !== null && typeof moments === 'object' ? (
          <Session
            key={`${state.selected.version?.id ?? ''} ${state.selected.to}`}
            {...{ list, state, moments, named, title, onRestore }}
          />
        ) : (
          <main id="main" tabIndex={-1} className="page min-w-0 flex-1 outline-none">
            <Waiting list={list} state={state} onClose={onClose} />
          </main>
        )}
        {state.sessions.length > 0 && (
          <aside
            aria-label={t('history.sessions')}
            className="sticky top-(--header) hidden h-[calc(100dvh-var(--header))] w-72 shrink-0 overflow-y-auto border-l border-line wide:block"
          >
            {sessions}
          </aside>
        )}
      </div>
      <Dialog
        open={isListOpen}
        onOpenChange={setListOpen}
        title={t('history.sessions')}
        place="panel"
      >
        <div className="min-h-0 flex-1 overflow-y-auto">{sessions}</div>
      </Dialog>
    </>
  );
}

interface WaitingProps {
  readonly list: HistoryList;
  readonly state: HistoryState;
  readonly onClose: () => void;
}

function Waiting({ list, state, onClose }: WaitingProps): ReactNode {
  const { t } = useTranslation();
  const { selected } = state;
  if (state.list === 'ready' && state.sessions.length === 0)
    return (
      <FullPage
        title={t('history.emptyTitle')}
        action={<Button onClick={onClose}>{t('history.back')}</Button>}
      >
        {t('history.emptyText')}
      </FullPage>
    );
  if (state.moments === 'failed' && selected !== null)
    return (
      <FullPage
        title={t('history.failedTitle')}
        action={<Button onClick={() => void list.select(selected)}>{t('tryAgain')}</Button>}
      >
        {t('history.failedText')}
      </FullPage>
    );
  if (state.list === 'failed' && state.sessions.length === 0)
    return (
      <FullPage
        title={t('history.failedTitle')}
        action={<Button onClick={() => void list.load()}>{t('tryAgain')}</Button>}
      >
        {t('history.failedText')}
      </FullPage>
    );
  return (
    <div
      role="status"
      aria-label={t('loading')}
      className="mx-auto flex max-w-[640px] flex-col gap-4 px-5 pt-24"
    >
      <Skeleton className="h-7 w-3/5" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-4/5" />
    </div>
  );
}

interface SessionViewProps {
  readonly list: HistoryList;
  readonly state: HistoryState;
  readonly moments: Moments;
  readonly named: NamedVersions;
  readonly title: string;
  readonly onRestore: ((restoration: Restoration) => void) | null;
}

function Session({ list, state, moments, named, title, onRestore }: SessionViewProps) {
  const { t, language } = useTranslation();
  const session = state.selected!;
  const [step, setStep] = useState(moments.lastStep);
  const [comparison, setComparison] = useState<Comparison>({ kind: 'before' });
  const other = useOther(list, comparison);
  const offset = moments.offsetAt(step);
  const blocks = useMemo(() => {
    const doc = moments.at(step);
    if (comparison.kind === 'nothing' || comparison.kind === 'authors' || other === 'loading')
      return differenceBetween(null, doc);
    // Which of the two is older decides what was written and what was deleted.
    if (comparison.kind === 'moment' && other !== null)
      return comparison.offset < offset
        ? differenceBetween(other, doc)
        : differenceBetween(doc, other);
    return differenceBetween(moments.before, doc);
  }, [moments, step, comparison, other, offset]);
  const attribution = useMemo(
    () => ({
      writerOf: ({ author }: DifferenceRun) => list.people.ofClient(author),
      deleterOf: ({ id }: DifferenceRun) => list.people.find(moments.deletedBy(id)),
      isOfAll: comparison.kind === 'authors',
    }),
    [list, moments, comparison],
  );
  const at = moments.timeAt(step) ?? session.endedAt;
  const when = dayAndTime(at, formatLocale(language));
  return (
    <main id="main" tabIndex={-1} className="page min-w-0 flex-1 outline-none">
      <div
        data-chrome
        className="sticky top-(--header) z-20 flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-canvas px-3 py-1.5 wide:px-5"
      >
        <Playback
          lastStep={moments.lastStep}
          step={step}
          time={moments.timeAt(step)}
          onStep={setStep}
        />
        <div className="flex items-center gap-1 max-phone:w-full max-phone:justify-between">
          <CompareMenu
            sessions={state.sessions}
            named={named.versions}
            current={session}
            value={comparison}
            onChange={setComparison}
          />
          <Naming onName={(name) => named.name(offset, name)} />
          {onRestore !== null && (
            <Button look="primary" onClick={() => onRestore(restorationOf(moments.at(step)))}>
              {t('history.restore')}
            </Button>
          )}
        </div>
      </div>
      <div className="page-head">
        <p className="pt-8 text-small text-ink-3">
          {session.version === undefined ? when : `${session.version.title} · ${when}`}
        </p>
        <h1 className="mt-1 text-[34px] leading-[42px] font-semibold tracking-[-0.022em] text-ink">
          {title}
        </h1>
        {comparison.kind === 'authors' && <AuthorsLegend blocks={blocks} people={list.people} />}
      </div>
      <DifferenceView
        blocks={blocks}
        label={t('history.pageAt', { when })}
        attribution={attribution}
      />
    </main>
  );
}

function Naming({ onName }: { readonly onName: (title: string) => void }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      title={t('history.name')}
      align="end"
      trigger={<IconButton label={t('history.name')} icon={Tag} />}
    >
      <VersionName
        onName={(title) => {
          onName(title);
          setOpen(false);
        }}
      />
    </Popover>
  );
}

/** The page that the shown one is compared with, when it is of another session. */
function useOther(list: HistoryList, comparison: Comparison): Y.Doc | 'loading' | null {
  const offset = comparison.kind === 'moment' ? comparison.offset : null;
  const [other, setOther] = useState<{ readonly offset: number; readonly doc: Y.Doc | null }>();
  useEffect(() => {
    if (offset === null) return;
    let isOver = false;
    list.stateAt(offset).then(
      (state) => !isOver && setOther({ offset, doc: docOf(state) }),
      () => !isOver && setOther({ offset, doc: null }),
    );
    return () => {
      isOver = true;
    };
  }, [list, offset]);
  if (offset === null) return null;
  return other?.offset === offset ? other.doc : 'loading';
}
