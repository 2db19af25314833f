import type { DocumentSession } from '@tandem/client';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChatButton } from '../chat/chat-button.tsx';
import { ConnectionChip } from '../connection/connection-chip.tsx';
import { documentSource } from '../connection/save-source.ts';
import { askAgain } from '../session/ask-again.ts';
import { useServices } from '../session/services.ts';
import { ScreenHeader } from '../shell/screen-header.tsx';
import { useScreenTitle } from '../shell/use-screen-title.ts';
import { DocumentMenu } from './document-menu.tsx';
import { People } from './people.tsx';
import { Share } from '../sharing/share.tsx';
import { TypingLine } from './typing-line.tsx';
import type { DocumentFacts } from './use-document-facts.ts';

interface DocumentHeaderProps {
  readonly session: DocumentSession;
  readonly facts: DocumentFacts;
}

export function DocumentHeader({ session, facts }: DocumentHeaderProps) {
  const { t } = useTranslation();
  const services = useServices();
  const source = useMemo(() => documentSource(session, services), [session, services]);
  const name = facts.title || t('untitled');
  useScreenTitle(name);
  return (
    <ScreenHeader>
      <span className="min-w-0 truncate text-ui font-medium max-phone:hidden">{name}</span>
      <ConnectionChip source={source} tryNow={() => askAgain(services, session)} />
      <span className="flex-1" />
      <TypingLine session={session} />
      <People session={session} />
      {facts.kind === 'page' && !facts.isUnknownToServer && <ChatButton document={session.id} />}
      <Share id={session.id} />
      <DocumentMenu session={session} facts={facts} />
    </ScreenHeader>
  );
}
