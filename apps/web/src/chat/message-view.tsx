import type { ThreadMessage, User } from '@tandem/protocol';
import { memo, useEffect, useRef, type CSSProperties, type FocusEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { personColor } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { ImportMark } from './import-mark.tsx';
import { withCurrentNames } from './mentions.ts';
import { MessageActions, type MessageIntents } from './message-actions.tsx';
import { MessageBody } from './message-body.tsx';
import type { MessageRow } from './message-rows.ts';
import { Reactions } from './reactions.tsx';
import { spokenAuthor } from './spoken-author.ts';

export interface ChatView {
  readonly people: readonly User[];
  readonly me: string | null;
  readonly canWrite: boolean;
  readonly isLive: boolean;
  readonly ownsDocument: boolean;
  readonly find: (message: string) => ThreadMessage | undefined;
  readonly intents: MessageIntents;
  readonly goTo: (message: string) => void;
  readonly formatTime: (at: number) => string;
  readonly formatDay: (midnight: number) => string;
}

interface MessageItemProps {
  readonly row: MessageRow;
  readonly view: ChatView;
  readonly isTarget: boolean;
  readonly onTargetLeft: () => void;
}

/** A message, with its day, unread marker and author above it where they begin. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { row, view } = props;
  const { t } = useTranslation();
  const { message, day, isFirstNew, isNamed } = row;
  return (
    <div className={classNames(isNamed && 'pt-3')}>
      {day !== null && (
        <h3 className="px-4 pb-2 text-center text-tiny font-medium text-ink-3">
          {view.formatDay(day)}
        </h3>
      )}
      {isFirstNew && (
        <p
          role="separator"
          aria-label={t('chat.newFrom')}
          className="flex items-center gap-2 px-4 pb-2 text-tiny font-semibold text-accent before:h-px before:flex-1 before:bg-accent after:h-px after:flex-1 after:bg-accent"
        >
          {t('chat.new')}
        </p>
      )}
      {isNamed && <AuthorLine message={message} view={view} />}
      <MessageContent {...props} />
    </div>
  );
});

function AuthorLine({
  message,
  view,
}: {
  readonly message: ThreadMessage;
  readonly view: ChatView;
}) {
  const { author, at, imported } = message;
  const account = view.people.find(({ id }) => id === author.id) ?? author;
  const { name, color } = imported?.author ?? account;
  return (
    <>
      <p className="flex items-baseline gap-2 px-4 text-small">
        <b
          className="truncate text-base font-semibold text-(--person)"
          style={{ '--person': personColor(color) } as CSSProperties}
        >
          <bdi>{name}</bdi>
        </b>
        <time dateTime={new Date(at).toISOString()} className="shrink-0 text-ink-3">
          {view.formatTime(at)}
        </time>
      </p>
      {imported !== null && <ImportMark by={account.name} className="px-4" />}
    </>
  );
}

function MessageContent({ row: { message }, view, isTarget, onTargetLeft }: MessageItemProps) {
  const { t } = useTranslation();
  const { people, me, canWrite, isLive, ownsDocument, intents } = view;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isTarget) element.current?.focus({ preventScroll: true });
  }, [isTarget]);
  const isOwn = message.author.id === me;
  const isSent = message.number !== null;
  const isDeleted = message.deletedAt !== null;
  return (
    <div
      ref={element}
      data-message={message.id}
      // Touching a message focuses it, which shows its actions.
      tabIndex={-1}
      onFocus={showWhole}
      onBlur={isTarget ? onTargetLeft : undefined}
      className={classNames(
        'group/message relative px-4 py-0.5 outline-none hover:bg-side pointer-coarse:focus-within:bg-side',
        isTarget && 'bg-accent-soft',
        message.mentions.some(({ user }) => user === me) && 'bg-accent-soft/40',
        !isSent && 'text-ink-2',
      )}
    >
      {isDeleted ? (
        <p className="text-ui text-ink-3 italic">{t('chat.deleted')}</p>
      ) : (
        <>
          {message.replyTo !== null && <Quoted message={message.replyTo} view={view} />}
          <MessageBody message={message} people={people} me={me} />
          {(message.editedAt !== null || !isSent) && (
            <span className="text-tiny text-ink-3">
              {t(isSent ? 'chat.edited' : isLive ? 'chat.sending' : 'chat.unsent')}
            </span>
          )}
          <Reactions
            message={message}
            me={me}
            // An imported one has reactions before it is sent.
            onReact={canWrite && isSent ? (emoji, on) => intents.react(message, emoji, on) : null}
          />
          {canWrite && isSent && (
            <MessageActions
              message={message}
              text={withCurrentNames(message, people).text}
              intents={intents}
              mayEdit={isOwn && message.imported === null}
              mayRemove={isOwn || ownsDocument}
            />
          )}
        </>
      )}
    </div>
  );
}

function showWhole({ currentTarget }: FocusEvent<HTMLElement>): void {
  if (matchMedia('(pointer: coarse)').matches) currentTarget.scrollIntoView({ block: 'nearest' });
}

function Quoted({ message: id, view }: { readonly message: string; readonly view: ChatView }) {
  const { t } = useTranslation();
  const message = view.find(id);
  return (
    <button
      type="button"
      onClick={() => view.goTo(id)}
      className="mb-0.5 flex w-full min-w-0 gap-1.5 border-l-2 border-line-strong pl-2 text-left text-small text-ink-2 hover:text-ink"
    >
      {message === undefined ? (
        t('chat.earlier')
      ) : (
        <>
          <b className="max-w-2/3 shrink-0 truncate font-medium">{spokenAuthor(message, t)}</b>
          <span className="truncate">
            {message.deletedAt === null
              ? withCurrentNames(message, view.people).text
              : t('chat.deleted')}
          </span>
        </>
      )}
    </button>
  );
}
