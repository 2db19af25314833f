import { withoutGaps } from '@tandem/protocol';
import { Download, FilePlus2, FileUp, LayoutTemplate, Search } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Deferred, Loaded, screenIsReady } from '../components/deferred.tsx';
import { FullPage, Notice, Skeleton } from '../components/feedback.tsx';
import { isComposing } from '../components/keyboard.ts';
import { requestImport } from '../import/import-request.ts';
import { dropToImport } from '../import/file-drop.ts';
import { navigate } from '../navigation/location.ts';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { NEW_DOCUMENT } from '../screen/shortcuts.ts';
import { useShortcut } from '../screen/use-shortcut.ts';
import { ChannelUnavailable } from '../session/channel-unavailable.tsx';
import { useServices } from '../session/services.ts';
import { SignInLink } from '../session/sign-in.tsx';
import { useChannelValue } from '../session/use-channel.ts';
import { cutOffBy, useConnection, type CutOff } from '../session/use-connection.ts';
import { DocumentRows } from './document-rows.tsx';
import { OnlyHere } from './only-here.tsx';
import { matches, type ShownDocument } from './shown-document.ts';
import { allDocuments, useDocuments, useNewDocument } from './use-documents.ts';
import { useLibrarySearch, useNextPage } from './use-library-pages.ts';
import words from '../languages/documents.en.json' with { type: 'json' };
import templateWords from '../languages/templates.en.json' with { type: 'json' };
import '../save-status/save-status-words.ts';

addTexts(words);
addTexts(templateWords);

const exporting = new Deferred(() => import('../export/workspace-dialog.tsx'));

export function DocumentListScreen() {
  const { t } = useTranslation();
  const newDocument = useNewDocument();
  useScreenTitle(null);
  const [isExporting, setExporting] = useState(false);
  return (
    <>
      <ScreenHeader>
        <DeviceSaveStatusChip />
        <span className="flex-1" />
        <IconButton label={t('exportAll')} icon={Download} onClick={() => setExporting(true)} />
        <IconButton label={t('importFiles')} icon={FileUp} onClick={() => requestImport(null)} />
        <Button look="primary" onClick={newDocument}>
          {t('newDocument')}
        </Button>
      </ScreenHeader>
      <main
        id="main"
        tabIndex={-1}
        {...dropToImport}
        className="mx-auto w-full max-w-[760px] px-2 pt-8 pb-16 outline-none phone:px-8 phone:pt-12"
      >
        <Content newDocument={newDocument} />
      </main>
      {isExporting && (
        <Loaded from={exporting}>
          {({ WorkspaceDialog }) => <WorkspaceDialog onClose={() => setExporting(false)} />}
        </Loaded>
      )}
    </>
  );
}

function Content({ newDocument }: { readonly newDocument: () => void }) {
  const documents = useDocuments(allDocuments);
  useEffect(screenIsReady, []);
  const listed = useMemo(() => new Set(documents?.map(({ id }) => id)), [documents]);
  if (documents === null) return <ListUnavailable />;
  return (
    <>
      <StaleNotice />
      {documents.length === 0 ? (
        <Empty newDocument={newDocument} />
      ) : (
        <Documents documents={documents} />
      )}
      <OnlyHere listed={listed} />
    </>
  );
}

const STALE_TEXTS = {
  'no-network': 'list.offline',
  unreachable: 'list.stale',
  'socket-blocked': 'list.stale',
  'sign-in': 'chip.about.sign-in',
  lost: 'list.stale',
  stopped: 'list.stale',
} as const satisfies Record<CutOff, string>;

const MISSING_TEXTS = {
  ...STALE_TEXTS,
  'no-network': 'list.offlineFirst',
  unreachable: 'list.unreachable',
  'socket-blocked': 'list.unreachable',
  lost: 'list.unreachable',
  stopped: 'list.unreachable',
} as const satisfies Record<CutOff, string>;

function StaleNotice() {
  const { t } = useTranslation();
  const { library, client } = useServices();
  const isStale = useChannelValue(library, ({ status }) => status === 'stale');
  const cutOff = cutOffBy(useConnection());
  if (isStale !== true || cutOff === null) return null;
  return (
    <div className="mb-4">
      <Notice
        tone="warning"
        action={
          cutOff === 'sign-in' ? (
            <SignInLink />
          ) : (
            <Button onClick={() => client.connection.tryNow()}>{t('tryAgain')}</Button>
          )
        }
      >
        {t(STALE_TEXTS[cutOff])}
      </Notice>
    </div>
  );
}

function Documents({ documents }: { readonly documents: readonly ShownDocument[] }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const wanted = useDeferredValue(filter);
  const next = useChannelValue(useServices().library, ({ state }) => state?.next ?? null);
  const nextPage = useNextPage();
  const search = useLibrarySearch(wanted);
  const shown = useMemo(
    () =>
      wanted === ''
        ? withoutGaps(documents, next)
        : documents.filter((document) => matches(document, wanted)),
    [documents, next, wanted],
  );
  useShortcut('filter', () => field.current?.focus());
  const resultText = () => {
    const count = shown.length;
    if (count === 0)
      return search.state === 'running'
        ? t('list.searching')
        : t('list.nothing', { filter: wanted });
    return search.loadMore === null ? t('list.found', { count }) : t('list.foundMore', { count });
  };
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-3">
        <ListTitle />
        <label className="flex h-8.5 w-full items-center gap-2 rounded-box border border-line-strong bg-raise px-2.5 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent phone:w-60 pointer-coarse:h-11">
          <Search size={15} aria-hidden className="text-ink-3" />
          <input
            ref={field}
            type="search"
            value={filter}
            onChange={({ target }) => setFilter(target.value)}
            onKeyDown={({ key, nativeEvent }) =>
              key === 'Escape' && !isComposing(nativeEvent) && setFilter('')
            }
            placeholder={t('list.filter')}
            aria-label={t('list.filter')}
            className="min-w-0 flex-1 bg-transparent text-base outline-none [&::-webkit-search-cancel-button]:hidden"
          />
          <kbd className="font-sans text-tiny text-ink-3 pointer-coarse:hidden">/</kbd>
        </label>
      </div>
      <DocumentRows documents={shown} loadMore={wanted === '' ? nextPage : search.loadMore} />
      <p role="status" className={shown.length === 0 ? 'px-3 py-6 text-ink-2' : 'sr-only'}>
        {wanted !== '' && resultText()}
      </p>
      {search.state === 'failed' && (
        <p role="alert" className="px-3 py-3 text-ui text-ink-2">
          {t('list.searchFailed')}
        </p>
      )}
    </>
  );
}

function ListTitle() {
  const { t } = useTranslation();
  return <h1 className="text-heading font-semibold tracking-[-0.012em]">{t('documents')}</h1>;
}

function Empty({ newDocument }: { readonly newDocument: () => void }) {
  const { t } = useTranslation();
  return (
    <FullPage
      title={t('list.emptyTitle')}
      action={
        <>
          <Button look="primary" onClick={newDocument}>
            <FilePlus2 size={15} aria-hidden />
            {t('newDocument')}
            <kbd className="font-sans font-normal pointer-coarse:hidden">{NEW_DOCUMENT}</kbd>
          </Button>
          <Button onClick={() => navigate('/templates')}>
            <LayoutTemplate size={15} aria-hidden />
            {t('templates.start')}
          </Button>
        </>
      }
    >
      {t('list.emptyText')}
    </FullPage>
  );
}

function ListUnavailable() {
  const { t } = useTranslation();
  const { library } = useServices();
  return (
    <ChannelUnavailable
      channel={library}
      title={t('list.failedTitle')}
      textOf={(cutOff) => t(MISSING_TEXTS[cutOff])}
    >
      <ListSkeleton />
    </ChannelUnavailable>
  );
}

function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div aria-busy role="status" aria-label={t('loading')} className="flex flex-col gap-7 px-3">
      <ListTitle />
      {['w-3/5', 'w-2/5', 'w-1/2'].map((width) => (
        <div key={width} className="flex flex-col gap-2">
          <Skeleton className={`h-4 ${width}`} />
          <Skeleton className="h-3.5 w-4/5" />
        </div>
      ))}
    </div>
  );
}
