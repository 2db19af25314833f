import type { TrashedDocument, TrashState } from '@tandem/protocol';
import { Link } from '../navigation/link.tsx';
import { useTranslation } from '../translation/translation.ts';
import { FullPage, Skeleton } from '../components/feedback.tsx';
import { isolated } from '../languages/names.ts';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { ChannelUnavailable } from '../session/channel-unavailable.tsx';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import type { CutOff } from '../session/use-connection.ts';
import { TrashActions } from './trash-actions.tsx';
import { useDeletionDay } from './use-deletion-day.ts';
import '../save-status/save-status-words.ts';

export function TrashScreen() {
  const { t } = useTranslation();
  useScreenTitle(t('trash.title'));
  return (
    <>
      <ScreenHeader>
        <DeviceSaveStatusChip />
      </ScreenHeader>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-[760px] px-2 pt-8 pb-16 outline-none phone:px-8 phone:pt-12"
      >
        <Trash />
      </main>
    </>
  );
}

function Trash() {
  const { t } = useTranslation();
  const channel = useChannel('trash');
  const state: TrashState | null = useChannelValue(channel, ({ state }) => state);
  if (state === null)
    return (
      <ChannelUnavailable
        channel={channel}
        title={t('trash.failedTitle')}
        textOf={(cutOff) => t(MISSING_TEXTS[cutOff])}
      >
        <TrashSkeleton />
      </ChannelUnavailable>
    );
  if (state.documents.length === 0)
    return <FullPage title={t('trash.emptyTitle')}>{t('trash.emptyText')}</FullPage>;
  return (
    <>
      <header className="mb-4 px-3">
        <h1 className="text-heading font-semibold tracking-[-0.012em]">{t('trash.title')}</h1>
        <p className="mt-1 text-ui text-ink-2">{t('trash.text')}</p>
      </header>
      <ul>
        {state.documents.map((document) => (
          <li key={document.id}>
            <TrashRow document={document} />
          </li>
        ))}
      </ul>
    </>
  );
}

function TrashRow({ document }: { readonly document: TrashedDocument }) {
  const { t } = useTranslation();
  const { id, title, excerpt, trashedAt } = document;
  const name = title || t('untitled');
  const day = useDeletionDay(trashedAt);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-box px-3 py-3 hover:bg-hover">
      <div className="min-w-0 flex-1 basis-64">
        <Link
          to="/d/$document"
          params={{ document: id }}
          className="block truncate text-base font-medium"
        >
          {name}
        </Link>
        <p className="mt-0.5 truncate text-ui text-ink-3">
          {t('trash.deletedOn', { day })}
          {excerpt !== '' && <span className="written"> · {excerpt}</span>}
        </p>
      </div>
      <TrashActions document={id} name={isolated(name)} />
    </div>
  );
}

const MISSING_TEXTS = {
  'no-network': 'trash.offline',
  unreachable: 'trash.unreachable',
  'socket-blocked': 'trash.unreachable',
  'sign-in': 'chip.about.sign-in',
  lost: 'trash.unreachable',
  stopped: 'trash.unreachable',
} as const satisfies Record<CutOff, string>;

function TrashSkeleton() {
  const { t } = useTranslation();
  return (
    <div aria-busy role="status" aria-label={t('loading')} className="flex flex-col gap-7 px-3">
      <h1 className="text-heading font-semibold tracking-[-0.012em]">{t('trash.title')}</h1>
      <Skeleton className="h-4 w-3/5" />
      <Skeleton className="h-4 w-2/5" />
    </div>
  );
}
