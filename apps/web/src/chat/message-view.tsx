import type { ChatMessage, User } from '@tandem/protocol';
import { memo, type CSSProperties, type FocusEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { personColor } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { MessageActions, type MessageIntents } from './message-actions.tsx';
import { MessageBody } from './message-body.tsx';
import { withCurrentNames } from './mentions.ts';
import type { MessageGroup } from './message-groups.ts';
import { Reactions } from './reactions.tsx';

export interface ChatView {
  readonly people: readonly User[];
  readonly me: string | null;
  readonly canWrite: boolean;
  /** What is said goes out now. */
  readonly isLive: boolean;
  readonly ownsDocument: boolean;
  readonly find: (message: string) => ChatMessage | undefined;
  readonly intents: MessageIntents;
  readonly formatTime: (at: number) => string;
}

/** What one person says in a row, under one name. */
export const MessageGroupView = memo(function MessageGroupView({
  group,
  view,
}: {
  readonly group: MessageGroup;
  readonly view: ChatView;
}) {
  const { author, messages } = group;
  const at = messages[0]?.at ?? 0;
  const current = view.people.find(({ id }) => id === author.id) ?? author;
  return (
    <li className="py-1.5">
      <p className="flex items-baseline gap-2 px-4 text-small">
        <b
          className="truncate text-base font-semibold text-(--person)"
          style={{ '--person': personColor(current.color) } as CSSProperties}
        >
          {current.name}
        </b>
        <time dateTime={new Date(at).toISOString()} className="shrink-0 text-ink-3">
          {view.formatTime(at)}
        </time>
      </p>
      <ol>
        {messages.map((message) => (
          <OneMessage key={message.id} message={message} view={view} />
        ))}
      </ol>
    </li>
  );
});

function OneMessage({ message, view }: { readonly message: ChatMessage; readonly view: ChatView }) {
  const { t } = useTranslation();
  const { people, me, canWrite, isLive, ownsDocument, intents } = view;
  const isOwn = message.author.id === me;
  const isSent = message.number !== null;
  if (message.deletedAt !== null) {
    return <li className="px-4 py-0.5 text-ui text-ink-3 italic">{t('chat.deleted')}</li>;
  }
  return (
    <li
      data-message={message.id}
      // A finger that touches it gives it the focus, and so what can be done with it.
      tabIndex={-1}
      onFocus={showWhole}
      className={classNames(
        'group/message relative px-4 py-0.5 outline-none hover:bg-side pointer-coarse:focus-within:bg-side',
        me !== null && message.mentions.some(({ user }) => user === me) && 'bg-accent-soft/40',
        !isSent && 'text-ink-2',
      )}
    >
      {message.replyTo !== null && <Quoted message={view.find(message.replyTo)} people={people} />}
      <MessageBody message={message} people={people} me={me} />
      {(message.editedAt !== null || !isSent) && (
        <span className="text-tiny text-ink-3">
          {t(isSent ? 'chat.edited' : isLive ? 'chat.sending' : 'chat.unsent')}
        </span>
      )}
      <Reactions
        message={message}
        me={me}
        onReact={canWrite ? (emoji, on) => intents.react(message, emoji, on) : null}
      />
      {canWrite && isSent && (
        <MessageActions
          message={message}
          text={withCurrentNames(message, people).text}
          intents={intents}
          mayEdit={isOwn}
          mayRemove={isOwn || ownsDocument}
        />
      )}
    </li>
  );
}

/** What a finger has opened below a message must not lie under the edge. */
function showWhole({ currentTarget }: FocusEvent<HTMLElement>): void {
  if (matchMedia('(pointer: coarse)').matches) currentTarget.scrollIntoView({ block: 'nearest' });
}

/** What a message answers, in one line; pressing it goes there. */
function Quoted({
  message,
  people,
}: {
  readonly message: ChatMessage | undefined;
  readonly people: readonly User[];
}) {
  const { t } = useTranslation();
  const show = () => {
    document
      .querySelector(`[data-message="${CSS.escape(message?.id ?? '')}"]`)
      ?.scrollIntoView({ block: 'center' });
  };
  return (
    <button
      type="button"
      onClick={show}
      className="mb-0.5 flex w-full min-w-0 gap-1.5 border-l-2 border-line-strong pl-2 text-left text-small text-ink-2 hover:text-ink"
    >
      {message === undefined ? (
        t('chat.earlier')
      ) : (
        <>
          <b className="shrink-0 font-medium">{message.author.name}</b>
          <span className="truncate">
            {message.deletedAt === null
              ? withCurrentNames(message, people).text
              : t('chat.deleted')}
          </span>
        </>
      )}
    </button>
  );
}
