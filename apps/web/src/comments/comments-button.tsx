import { MessageSquareText } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { closeChatBeside } from '../chat/chat-placement.ts';
import { IconButton } from '../components/button.tsx';
import { setCommentsOpen, useCommentsPlacement } from './comments-place.ts';
import { useUnreadComments } from './unread-comments.ts';

const ID = 'comments-button';

export function focusCommentsButton(): void {
  document.getElementById(ID)?.focus();
}

export function CommentsButton({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const { isOpen } = useCommentsPlacement();
  const unread = useUnreadComments(document);
  return (
    <span className="relative inline-flex">
      <IconButton
        id={ID}
        label={unread > 0 ? t('comments.openUnread', { count: unread }) : t('comments.open')}
        icon={MessageSquareText}
        aria-expanded={isOpen}
        onClick={() => {
          if (!isOpen) closeChatBeside();
          setCommentsOpen(!isOpen);
        }}
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
