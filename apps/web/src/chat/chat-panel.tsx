import './chat-words.ts';
import type { DocumentSession, ChannelSession } from '@tandem/client';
import type { Access, User } from '@tandem/protocol';
import { useCallback, useEffect, useEffectEvent, useMemo } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Skeleton } from '../components/feedback.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { messageInAddress } from './chat-placement.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import type { ChatView } from './message-view.tsx';
import { useChatRead } from './unread.ts';
import { useChat } from './use-chat.ts';
import { useChatPages } from './use-chat-pages.ts';

interface ChatPanelProps {
  readonly session: DocumentSession;
  readonly access: Access;
  readonly ownsDocument: boolean;
}

export function ChatPanel({ session: { id }, session, access, ownsDocument }: ChatPanelProps) {
  const { t, language } = useTranslation();
  const { account, client } = useServices();
  const me = useObservable(account.state).user?.id ?? null;
  const chat = useChat(session, me);
  const { state, people, intents } = chat;
  const isStale = useChannelValue(chat.session, ({ status }) => status === 'stale') ?? false;
  const pages = useChatPages(chat.session);
  const { goTo, target, trim } = pages;
  useMessageOfAddress(state === null ? null : goTo);
  const chatRead = useChatRead(id);
  const canWrite = access !== 'view';
  const formats = useMemo(() => {
    const locale = formatLocale(language);
    const day = { weekday: 'long', day: 'numeric', month: 'long' } as const;
    return {
      time: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
      day: new Intl.DateTimeFormat(locale, day),
    };
  }, [language]);
  const view = useMemo(
    (): ChatView => ({
      people,
      me,
      canWrite,
      isLive: !isStale && !chat.isUnknown,
      ownsDocument,
      find: (message) => state?.messages.find((other) => other.id === message),
      intents,
      goTo,
      formatTime: (at) => formats.time.format(at),
      formatDay: (midnight) => formats.day.format(midnight),
    }),
    [people, me, canWrite, isStale, chat.isUnknown, ownsDocument, state, intents, goTo, formats],
  );
  const head = state?.head ?? 0;
  const onSeen = useCallback(() => {
    if (target === null) trim();
    if (chatRead !== null && head > chatRead)
      client.commands.run({ name: 'chat:see', input: { document: id, number: head } });
  }, [client, target, trim, chatRead, id, head]);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {state === null ? (
        <ChatSkeleton />
      ) : state.messages.length === 0 ? (
        <EmptyChat isUnknown={chat.isUnknown} />
      ) : (
        <MessageList
          messages={state.messages}
          head={head}
          chatRead={chatRead}
          view={view}
          target={target}
          onTargetLeft={pages.leaveTarget}
          loadOlder={pages.loadOlder}
          onSeen={onSeen}
        />
      )}
      <div className="px-3 pt-1 pb-3">
        {pages.search !== 'none' && (
          <p role="status" className="mb-2 px-1 text-small text-ink-3">
            {t(pages.search === 'running' ? 'chat.seeking' : 'chat.unreachable')}
          </p>
        )}
        {chat.refusal !== null && (
          <p role="alert" className="mb-2 px-1 text-small text-bad">
            {chat.refusal}
          </p>
        )}
        {(isStale || chat.isUnknown) && (
          <p className="mb-2 px-1 text-small text-ink-3">
            {t(chat.isUnknown ? 'chat.notHere' : 'chat.stale')}
          </p>
        )}
        <ChatTyping session={chat.session} people={people} />
        {canWrite ? (
          <Composer
            draft={chat.draft}
            label={t('chat.placeholder')}
            write={chat.write}
            people={people}
            me={me}
            formatTime={view.formatTime}
            onSend={chat.send}
            onCancel={chat.cancel}
            onEditLast={chat.editLast}
            onTouch={chat.touch}
          />
        ) : (
          <p className="px-1 text-small text-ink-2">{t('chat.readOnly')}</p>
        )}
      </div>
    </div>
  );
}

function EmptyChat({ isUnknown }: { readonly isUnknown: boolean }) {
  const { t } = useTranslation();
  if (isUnknown) return <div className="flex-1" />;
  return (
    <div className="flex flex-1 flex-col justify-end px-4 pb-3">
      <p className="text-base font-medium">{t('chat.emptyTitle')}</p>
      <p className="mt-1 text-ui text-ink-2">{t('chat.emptyText')}</p>
    </div>
  );
}

/** Shows the message of the address, once the chat is there. */
function useMessageOfAddress(goTo: ((message: string) => void) | null): void {
  const show = useEffectEvent(() => {
    const message = messageInAddress();
    if (message === null) return;
    goTo?.(message);
    // A chat that is opened again begins at its end.
    history.replaceState(history.state, '', location.pathname + location.search);
  });
  const isHere = goTo !== null;
  useEffect(() => {
    if (!isHere) return;
    const changed = () => show();
    changed();
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, [isHere]);
}

function ChatSkeleton() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t('loading')}
      className="flex flex-1 flex-col justify-end gap-3 p-4"
    >
      <Skeleton className="h-3.5 w-1/3" />
      <Skeleton className="h-3.5 w-4/5" />
      <Skeleton className="h-3.5 w-3/5" />
    </div>
  );
}

/** "Anton is typing…". The line keeps its height while it is empty, so nothing moves. */
function ChatTyping({
  session,
  people,
}: {
  readonly session: ChannelSession | null;
  readonly people: readonly User[];
}) {
  const { t, language } = useTranslation();
  const typing = useChannelValue(session, ({ typing }) => typing) ?? [];
  const names = typing.flatMap((user) => people.find(({ id }) => id === user)?.name ?? []);
  return (
    <p aria-live="polite" className="min-h-4.5 truncate px-1 pb-0.5 text-small text-ink-3">
      {names.length > 0 &&
        t('typing', { names: nameList(names, formatLocale(language)), count: names.length })}
    </p>
  );
}
