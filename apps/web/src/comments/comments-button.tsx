import { MessageSquareText } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { closeChatBeside } from '../chat/chat-placement.ts';
import { CountedIconButton } from '../components/counted-icon-button.tsx';
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
    <CountedIconButton
      count={unread}
      id={ID}
      label={unread > 0 ? t('comments.openUnread', { count: unread }) : t('comments.open')}
      icon={MessageSquareText}
      aria-expanded={isOpen}
      onClick={() => {
        if (!isOpen) closeChatBeside();
        setCommentsOpen(!isOpen);
      }}
    />
  );
}
