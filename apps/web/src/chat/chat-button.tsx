import { MessageSquare } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { useChatPlacement } from './chat-placement.ts';
import { useUnreadCount } from './unread.ts';

const ID = 'chat-button';

export function focusChatButton(): void {
  document.getElementById(ID)?.focus();
}

export function ChatButton({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const { isOpen, toggle } = useChatPlacement();
  const unread = useUnreadCount(document);
  return (
    <span className="relative inline-flex">
      <IconButton
        id={ID}
        label={unread > 0 ? t('chat.openUnread', { count: unread }) : t('chat.open')}
        icon={MessageSquare}
        aria-expanded={isOpen}
        onClick={toggle}
      />
      {unread > 0 && (
        <span
          aria-hidden
          className="pointer-events-none absolute -top-0.5 -right-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-[10px] leading-4 font-semibold text-on-accent"
        >
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </span>
  );
}
