import type { DocumentSession } from '@tandem/client';
import type { Access } from '@tandem/protocol';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../components/dialog.tsx';
import { IconButton } from '../components/icon-button.tsx';
import { ChatPanel } from './chat-panel.tsx';
import { useChatRoom } from './use-chat-room.ts';

interface ChatAsideProps {
  readonly session: DocumentSession;
  readonly access: Access;
  readonly ownsDocument: boolean;
}

/** The chat: beside the text where there is room, over it where there is none. */
export function ChatAside(props: ChatAsideProps) {
  const { t } = useTranslation();
  const { place, isOpen, toggle } = useChatRoom();
  if (place === 'over') {
    return (
      <Dialog open={isOpen} onOpenChange={toggle} title={t('chat.title')} place="panel">
        <ChatPanel {...props} />
      </Dialog>
    );
  }
  if (!isOpen) return null;
  return (
    <aside
      data-chrome
      aria-label={t('chat.title')}
      className="sticky top-(--header) flex h-[calc(100dvh-var(--header))] w-80 shrink-0 flex-col border-l border-line"
    >
      <div className="flex h-11 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
        <h2 className="text-ui font-semibold">{t('chat.title')}</h2>
        <IconButton label={t('close')} icon={X} onClick={toggle} />
      </div>
      <ChatPanel {...props} />
    </aside>
  );
}
