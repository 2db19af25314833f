import { Bell } from 'lucide-react';
import { CountedIconButton } from '../components/counted-icon-button.tsx';
import { Deferred } from '../components/deferred.tsx';
import { Observable, useObservable } from '../runtime/observable.ts';
import { useTranslation } from '../translation/translation.ts';
import { useUnreadNotifications } from './unread-notifications.ts';

/** All but the bell and its count. */
export const inbox = new Deferred(() => import('./inbox.ts'));

/** Which bell has opened the inbox; null while it is closed. */
export const openedInbox = new Observable<HTMLElement | null>(null);

/** @param onLeave closes the sidebar that is over the page */
export function InboxButton({ onLeave }: { readonly onLeave?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const isOpen = useObservable(openedInbox) !== null;
  const unread = useUnreadNotifications();
  return (
    <CountedIconButton
      count={unread}
      label={unread > 0 ? t('inbox.openUnread', { count: unread }) : t('inbox.open')}
      icon={Bell}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      data-popup-open={isOpen ? '' : undefined}
      onPointerEnter={() => inbox.preload()}
      onClick={({ currentTarget }) => {
        onLeave?.();
        openedInbox.set(isOpen ? null : currentTarget);
      }}
    />
  );
}
