import { PanelLeft } from 'lucide-react';
import { use, createContext, useEffect, type ReactNode } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { isolated } from '../languages/names.ts';

export function ScreenHeader({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const openSidebar = use(SidebarContext);
  return (
    <header
      data-chrome
      className="sticky top-0 z-30 flex min-h-(--header) items-center gap-2 border-b max-small:gap-0.5 border-line bg-canvas pt-[env(safe-area-inset-top)] pr-[max(12px,env(safe-area-inset-right))] pl-[max(8px,env(safe-area-inset-left))] phone:gap-3 wide:pl-5"
    >
      <IconButton
        label={t('openSidebar')}
        icon={PanelLeft}
        className="wide:hidden"
        onClick={openSidebar}
      />
      {children}
    </header>
  );
}

export const SidebarContext = createContext<() => void>(() => undefined);

export function useScreenTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? 'Tandem' : `${isolated(title)} · Tandem`;
  }, [title]);
}
