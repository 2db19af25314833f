import { PanelLeft } from 'lucide-react';
import { use, createContext, useEffect, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { CountedIconButton } from '../components/counted-icon-button.tsx';
import { isolated } from '../languages/names.ts';

export function ScreenHeader({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const { open, unread } = use(SidebarContext);
  return (
    <header
      data-chrome
      className="sticky top-0 z-30 flex min-h-(--header) items-center gap-2 border-b max-small:gap-0.5 border-line bg-canvas pt-[env(safe-area-inset-top)] pr-[max(12px,env(safe-area-inset-right))] pl-[max(8px,env(safe-area-inset-left))] phone:gap-3 wide:pl-5"
    >
      <span className="wide:hidden">
        <CountedIconButton
          count={unread}
          label={
            unread > 0
              ? `${t('openSidebar')}. ${t('inbox.openUnread', { count: unread })}`
              : t('openSidebar')
          }
          icon={PanelLeft}
          onClick={open}
        />
      </span>
      {children}
    </header>
  );
}

interface SidebarOpening {
  readonly open: () => void;
  /** What its inbox has (NT11). */
  readonly unread: number;
}

export const SidebarContext = createContext<SidebarOpening>({ open: () => undefined, unread: 0 });

export function useScreenTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? 'Tandem' : `${isolated(title)} · Tandem`;
  }, [title]);
}
