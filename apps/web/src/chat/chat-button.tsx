import { MessageSquare } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { CountedIconButton } from '../components/counted-icon-button.tsx';
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
    <CountedIconButton
      count={unread}
      id={ID}
      label={unread > 0 ? t('chat.openUnread', { count: unread }) : t('chat.open')}
      icon={MessageSquare}
      aria-expanded={isOpen}
      onClick={toggle}
    />
  );
}
