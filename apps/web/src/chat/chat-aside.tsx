import type { DocumentSession } from '@tandem/client';
import type { Access } from '@tandem/protocol';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { focusChatButton } from './chat-button.tsx';
import { ChatPanel } from './chat-panel.tsx';
import { useChatPlacement } from './chat-placement.ts';

interface ChatAsideProps {
  readonly session: DocumentSession;
  readonly access: Access;
  readonly ownsDocument: boolean;
}

export function ChatAside(props: ChatAsideProps) {
  const { t } = useTranslation();
  const chat = useChatPlacement();
  const { placement, isOpen, toggle } = chat;
  const aside = useRef<HTMLElement>(null);
  const before = useRef(chat);
  useEffect(() => {
    const { placement: placementBefore, isOpen: wasOpen } = before.current;
    before.current = chat;
    if (placement !== 'beside' || placementBefore !== placement || wasOpen === isOpen) return;
    if (isOpen) aside.current?.querySelector('textarea')?.focus();
    // The close button is gone, and the focus with it.
    else if (document.activeElement === document.body) focusChatButton();
  });
  if (placement === 'over') {
    return (
      <Dialog open={isOpen} onOpenChange={toggle} title={t('chat.title')} place="panel">
        <ChatPanel {...props} />
      </Dialog>
    );
  }
  if (!isOpen) return null;
  return (
    <aside
      ref={aside}
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
