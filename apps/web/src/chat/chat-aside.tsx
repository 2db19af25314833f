import type { DocumentSession } from '@tandem/client';
import type { Access } from '@tandem/protocol';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { Deferred, useDeferred } from '../components/deferred.tsx';
import { Dialog } from '../components/dialog.tsx';
import { focusChatButton } from './chat-button.tsx';
import { openChatOfAddress, useChatPlacement } from './chat-placement.ts';

const panel = new Deferred(() => import('./chat-panel.tsx'));

interface ChatAsideProps {
  readonly session: DocumentSession;
  readonly access: Access;
  readonly ownsDocument: boolean;
}

export function ChatAside(props: ChatAsideProps) {
  const { t } = useTranslation();
  const chat = useChatPlacement();
  const { placement, isOpen, toggle } = chat;
  const loaded = useDeferred(panel, isOpen);
  const aside = useRef<HTMLElement>(null);
  const before = useRef(chat);
  const wantsFocus = useRef(false);
  useEffect(() => {
    openChatOfAddress();
    addEventListener('hashchange', openChatOfAddress);
    return () => removeEventListener('hashchange', openChatOfAddress);
  }, []);
  useEffect(() => {
    const { placement: placementBefore, isOpen: wasOpen } = before.current;
    before.current = chat;
    if (placement !== 'beside') return;
    if (placementBefore === placement && wasOpen !== isOpen) {
      wantsFocus.current = isOpen;
      // The close button is gone, and the focus with it.
      if (!isOpen && document.activeElement === document.body) focusChatButton();
    }
    if (!wantsFocus.current || loaded === null) return;
    wantsFocus.current = false;
    aside.current?.querySelector('textarea')?.focus();
  });
  if (placement === 'over') {
    return (
      <Dialog open={isOpen} onOpenChange={toggle} title={t('chat.title')} place="panel">
        {loaded && <loaded.ChatPanel {...props} />}
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
      {loaded && <loaded.ChatPanel {...props} />}
    </aside>
  );
}
