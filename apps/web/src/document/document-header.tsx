import type { DocumentSession } from '@tandem/client';
import { useMemo } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { ChatButton } from '../chat/chat-button.tsx';
import { CommentsButton } from '../comments/comments-button.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { documentSource } from '../save-status/save-sources.ts';
import { SaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { retryOpening } from '../session/open-document.ts';
import { useServices } from '../session/services.ts';
import { useSessionValue } from '../session/use-document-session.ts';
import { Share } from '../sharing/share.tsx';
import { Breadcrumbs } from '../tree/breadcrumbs.tsx';
import { DocumentMenu } from './document-menu.tsx';
import { People } from './people.tsx';
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
      <span className="flex min-w-0 items-center gap-1 max-phone:hidden">
        <Breadcrumbs document={session.id} />
        <span className="min-w-0 truncate text-ui font-medium">{name}</span>
      </span>
      <SaveStatusChip source={source} tryNow={() => retryOpening(services, session)} />
      <span className="flex-1" />
      <TypingLine session={session} />
      <People session={session} />
      {facts.kind === 'page' && !facts.isUnknownToServer && (
        <>
          <CommentsButton document={session.id} />
          <ChatButton document={session.id} />
        </>
      )}
      {facts.trashedAt === null && <Share id={session.id} title={facts.title} kind={facts.kind} />}
      <DocumentMenu session={session} facts={facts} />
    </ScreenHeader>
  );
}

function TypingLine({ session }: { readonly session: DocumentSession }) {
  const { t, language } = useTranslation();
  const typing = useSessionValue(session, ({ people }) => people.typing);
  const members = useSessionValue(session, ({ people }) => people.members);
  const names = typing.flatMap(
    (user) => members.find((member) => member.user === user)?.name ?? [],
  );
  if (names.length === 0) return null;
  return (
    <p
      data-chrome
      data-typing
      className="pointer-events-none min-w-0 truncate text-small text-ink-3 max-phone:fixed max-phone:bottom-[calc(56px+env(safe-area-inset-bottom))] max-phone:left-3 max-phone:max-w-[calc(100vw-24px)] max-phone:rounded-box max-phone:bg-canvas/90 max-phone:px-2 max-phone:py-1"
    >
      {t('typing', { names: nameList(names, formatLocale(language)), count: names.length })}
    </p>
  );
}
