import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { AccountDialogHost } from '../account/account-dialog-host.tsx';
import { useDeferred } from '../components/deferred.tsx';
import { Dialog } from '../components/dialog.tsx';
import { useNewDocument } from '../documents/use-documents.ts';
import { ImportHost } from '../import/import-host.tsx';
import { inbox, openedInbox } from '../inbox/inbox-button.tsx';
import { useUnreadNotifications } from '../inbox/unread-notifications.ts';
import { PaletteHost } from '../palette/palette-host.tsx';
import { useObservable } from '../runtime/observable.ts';
import { useLeaveGuard } from '../save-status/leave-guard.ts';
import { SidebarContext } from '../screen/screen-header.tsx';
import { MoveHost } from '../tree/move-host.tsx';
import { ShortcutSheet } from '../screen/shortcut-sheet.tsx';
import { useShortcut } from '../screen/use-shortcut.ts';
import { useServices } from '../session/services.ts';
import { UnconfirmedDrawer } from '../unconfirmed/unconfirmed-drawer.tsx';
import { FirstVisitProblem } from './problem-screens.tsx';
import { Sidebar } from './sidebar.tsx';

const ConnectionView = import.meta.env.DEV
  ? lazy(async () => ({
      default: (await import('../developer/connection-view.tsx')).ConnectionView,
    }))
  : null;

export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const newDocument = useNewDocument();
  useShortcut('new-document', newDocument);
  useLeaveGuard();
  const unread = useUnreadNotifications();
  const isInboxOpen = useObservable(openedInbox) !== null;
  const loadedInbox = useDeferred(inbox, isInboxOpen, () => openedInbox.set(null));
  const sidebar = useMemo(() => ({ open: () => setOpen(true), unread }), [unread]);
  const { account } = useServices();
  const { user, failure } = useObservable(account.state);
  if (user === null && failure !== null)
    return (
      <>
        <FirstVisitProblem failure={failure} />
        <AccountDialogHost />
      </>
    );
  return (
    <SidebarContext value={sidebar}>
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-box bg-ink px-3 py-2 text-canvas focus:translate-y-0"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('skipToText')}
      </a>
      <div className="flex min-h-dvh">
        <aside
          data-chrome
          className="sticky top-0 hidden h-dvh w-62 shrink-0 border-r border-line bg-side wide:block"
        >
          <Sidebar />
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">{children}</div>
      </div>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={t('documents')}
        titleIs="visually-hidden"
        place="left"
      >
        <Sidebar onNavigate={() => setOpen(false)} />
      </Dialog>
      <AccountDialogHost />
      <UnconfirmedDrawer />
      <ShortcutSheet />
      <PaletteHost />
      <ImportHost />
      <MoveHost />
      {loadedInbox !== null && <loadedInbox.InboxHost />}
      {ConnectionView !== null && (
        <Suspense>
          <ConnectionView />
        </Suspense>
      )}
    </SidebarContext>
  );
}
