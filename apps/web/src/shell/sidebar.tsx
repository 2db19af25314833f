import { Link } from '../navigation/link.tsx';
import { Search, SquarePen } from 'lucide-react';
import { Deferred, Loaded } from '../components/deferred.tsx';
import { useTranslation } from '../translation/translation.ts';
import { Button, IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { isApple } from '../components/keyboard.ts';
import { useNewDocument } from '../documents/use-documents.ts';
import { openPalette } from '../palette/palette-host.tsx';
import { InboxButton } from '../inbox/inbox-button.tsx';
import { ProfileButton } from '../profile/profile-button.tsx';
import { useObservable } from '../runtime/observable.ts';
import { newVersion, reloadPage } from '../runtime/service-worker.ts';
import { chord } from '../screen/shortcuts.ts';
import { AccountHint } from '../session/account-hint.tsx';

const favourites = new Deferred(() => import('../tree/favourites.tsx'));
const tree = new Deferred(() => import('../tree/document-tree.tsx'));
const places = new Deferred(() => import('./sidebar-places.tsx'));

const row =
  'flex h-7.5 items-center gap-2 rounded-box px-2 text-ui font-medium text-ink-2 hover:bg-hover hover:text-ink pointer-coarse:h-11';
const rowHere = { className: 'bg-hover text-ink', 'aria-current': 'page' as const };

export function Sidebar({ onNavigate }: { readonly onNavigate?: () => void }) {
  const { t } = useTranslation();
  const newDocument = useNewDocument();
  return (
    <nav
      aria-label={t('sidebar')}
      className="flex h-full flex-col px-2 pt-2.5 pb-2"
      onClick={({ target }) => isLink(target) && onNavigate?.()}
    >
      <div className="flex items-center justify-between pb-2 pl-2">
        <Link
          to="/"
          className="flex items-center gap-2 rounded-box py-1 pr-2 text-ui font-semibold"
        >
          <Wordmark />
          Tandem
        </Link>
        <span className="flex">
          <InboxButton onLeave={onNavigate} />
          <IconButton
            label={t('newDocument')}
            icon={SquarePen}
            onClick={() => {
              onNavigate?.();
              newDocument();
            }}
          />
        </span>
      </div>
      <button
        type="button"
        aria-keyshortcuts={`${isApple ? 'Meta' : 'Control'}+K`}
        className={classNames(row, 'w-full text-start')}
        onClick={() => {
          onNavigate?.();
          openPalette();
        }}
      >
        <Search size={15} aria-hidden />
        <span className="flex-1">{t('palette.open')}</span>
        <kbd aria-hidden className="font-sans text-tiny text-ink-3 pointer-coarse:hidden">
          {chord('Mod', 'K')}
        </kbd>
      </button>
      <Link to="/" activeProps={rowHere} className={row}>
        {t('allDocuments')}
      </Link>
      <Loaded from={favourites}>
        {({ Favourites }) => <Favourites row={row} rowHere={rowHere} />}
      </Loaded>
      <h2 className="px-2 pt-3.5 pb-1 text-tiny font-medium text-ink-3">{t('tree.title')}</h2>
      <Loaded from={tree} fallback={<span className="flex-1" />}>
        {({ DocumentTree }) => <DocumentTree />}
      </Loaded>
      <Loaded from={places} fallback={<span className="h-15 pointer-coarse:h-22" />}>
        {({ SidebarPlaces }) => <SidebarPlaces row={row} rowHere={rowHere} />}
      </Loaded>
      <AccountHint className="px-2 py-2 text-small text-ink-2" />
      <NewVersion />
      <ProfileButton {...(onNavigate === undefined ? {} : { onLeave: onNavigate })} />
    </nav>
  );
}

function NewVersion() {
  const { t } = useTranslation();
  const isWaiting = useObservable(newVersion);
  if (!isWaiting) return null;
  return (
    <p
      className="flex items-center justify-between gap-2 px-2 py-2 text-small text-ink-2"
      role="status"
    >
      {t('newVersion')}
      <Button look="link" onClick={() => void reloadPage()}>
        {t('reload')}
      </Button>
    </p>
  );
}

function isLink(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a') !== null;
}

function Wordmark() {
  return (
    <svg viewBox="0 0 64 64" className="size-5 shrink-0" aria-hidden>
      <rect width="64" height="64" rx="15" fill="var(--ink)" />
      <path d="M23 18v28" stroke="var(--canvas)" strokeWidth="7" strokeLinecap="round" />
      <path
        d="M41 18v28"
        stroke="var(--canvas)"
        strokeWidth="7"
        strokeLinecap="round"
        opacity="0.6"
      />
    </svg>
  );
}
