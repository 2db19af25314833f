import type { CommentThread, ThreadMessage } from '@tandem/protocol';
import { Check, Ellipsis, Link, RotateCcw } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { copyText } from '../components/copy-button.tsx';
import { Menu, MenuItem } from '../components/menu.tsx';
import { ImportMark } from '../chat/import-mark.tsx';
import { MessageActions } from '../chat/message-actions.tsx';
import { MessageBody } from '../chat/message-body.tsx';
import { withCurrentNames } from '../chat/mentions.ts';
import { Reactions } from '../chat/reactions.tsx';
import { spokenAuthor } from '../chat/spoken-author.ts';
import { isolated } from '../languages/names.ts';
import { Moment } from '../languages/moment.tsx';
import { addressOfThread } from './comments-place.ts';
import { ThreadComposer } from './thread-composer.tsx';
import { isUnread } from './unread-comments.ts';
import type { Comments } from './use-comments.ts';

export interface ThreadCardProps {
  readonly thread: CommentThread;
  readonly comments: Comments;
  readonly isActive: boolean;
  /** Chosen with the keyboard, to answer. */
  readonly takesFocus: boolean;
  /** Its words are not in the text any more. */
  readonly isGone: boolean;
  readonly mayComment: boolean;
  readonly ownsDocument: boolean;
  /** Comments up to this number were read when the panel was opened. */
  readonly readUpTo: number;
  readonly onActivate: () => void;
  readonly onShow: () => void;
  readonly onLeave: () => void;
}

/** A thread: what it is about, its first message, and the others once it is chosen. */
export function ThreadCard(props: ThreadCardProps) {
  const { thread, comments, isActive, takesFocus, isGone, mayComment, readUpTo } = props;
  const { onActivate, onShow, onLeave } = props;
  const { t } = useTranslation();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isActive) card.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  const [first] = thread.messages as [ThreadMessage];
  const hidden = isActive ? 0 : thread.messages.length - 1;
  const shown = isActive ? thread.messages : [first];
  const person = { read: readUpTo, me: comments.me };
  const isNew = thread.messages.some((message) => isUnread(message, person));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === card.current) onActivate();
    if (event.key === 'Escape') onLeave();
  };
  return (
    <article
      ref={card}
      data-thread={thread.id}
      tabIndex={0}
      aria-label={t('comments.thread', { name: spokenAuthor(first, t) })}
      aria-expanded={isActive}
      onClick={isActive ? undefined : onActivate}
      onKeyDown={onKeyDown}
      className={classNames(
        'rounded-box border bg-raise p-3 text-ui transition-colors duration-(--quick)',
        isActive ? 'border-line-strong shadow-lift' : 'cursor-pointer border-line hover:bg-hover',
      )}
    >
      <div className="flex items-start gap-1">
        <button
          type="button"
          disabled={isGone}
          onClick={onShow}
          aria-label={t('comments.show', { quote: isolated(thread.anchor.quote) })}
          className="min-w-0 flex-1 border-l-2 border-warn pl-2 text-left text-small text-ink-2 enabled:hover:text-ink"
        >
          {isGone && <span className="block text-ink-3 italic">{t('comments.gone')}</span>}
          <bdi className={classNames('line-clamp-2 wrap-anywhere', isGone && 'line-through')}>
            {thread.anchor.quote}
          </bdi>
        </button>
        {isNew && (
          <span className="shrink-0 rounded-full bg-accent px-1.5 text-tiny text-on-accent">
            {t('chat.new')}
          </span>
        )}
        <ThreadActions {...props} />
      </div>
      {thread.resolved !== null && <Resolution resolved={thread.resolved} />}
      <ol className="mt-2.5 flex flex-col gap-3">
        {shown.map((message) => (
          <li key={message.id}>
            <Comment {...props} message={message} />
          </li>
        ))}
      </ol>
      {hidden > 0 && (
        <p className="mt-2 pl-8.5 text-small text-accent">
          {t('comments.replies', { count: hidden })}
        </p>
      )}
      {isActive && mayComment && (
        <div className="mt-3">
          <ThreadComposer
            comments={comments}
            thread={thread.id}
            takesFocus={takesFocus}
            onSend={() => comments.send(thread.id)}
          />
        </div>
      )}
    </article>
  );
}

function Resolution({ resolved }: { readonly resolved: NonNullable<CommentThread['resolved']> }) {
  const { t } = useTranslation();
  const { by, at, imported } = resolved;
  return (
    <div className="mt-2 text-small text-ink-3">
      <p>
        {t('comments.resolvedBy', { name: isolated((imported ?? by).name) })} <Moment at={at} />
      </p>
      {imported !== null && <ImportMark by={by.name} />}
    </div>
  );
}

function ThreadActions({ thread, comments, mayComment }: ThreadCardProps) {
  const { t } = useTranslation();
  const isResolved = thread.resolved !== null;
  return (
    <div className="-mt-1 -mr-1 flex shrink-0" onClick={(event) => event.stopPropagation()}>
      {mayComment && (
        <IconButton
          label={t(isResolved ? 'comments.reopen' : 'comments.resolve')}
          icon={isResolved ? RotateCcw : Check}
          onClick={() => comments.resolve(thread.id, !isResolved)}
        />
      )}
      <Menu trigger={<IconButton label={t('menu.open')} icon={Ellipsis} />}>
        <MenuItem
          icon={Link}
          onSelect={() => void copyText(async () => addressOfThread(comments.document, thread.id))}
        >
          {t('comments.copyLink')}
        </MenuItem>
      </Menu>
    </div>
  );
}

function Comment({
  thread,
  message,
  comments,
  isActive,
  mayComment,
  ownsDocument,
}: ThreadCardProps & { readonly message: ThreadMessage }) {
  const { t } = useTranslation();
  const { people, me, isLive } = comments;
  const account = people.find(({ id }) => id === message.author.id) ?? message.author;
  const author = message.imported?.author ?? account;
  const isOwn = message.author.id === me;
  const isSent = message.number !== null;
  const intents = comments.intentsOf(thread.id);
  if (message.deletedAt !== null)
    return <p className="text-ui text-ink-3 italic">{t('comments.deleted')}</p>;
  return (
    <div
      tabIndex={-1}
      className="group/message relative flex gap-2 outline-none"
      data-message={message.id}
    >
      <Avatar name={author.name} color={author.color} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2 text-small">
          <b className="truncate text-ui font-semibold">
            <bdi>{author.name}</bdi>
          </b>
          <Moment at={message.at} className="shrink-0 text-ink-3" />
        </p>
        {message.imported !== null && <ImportMark by={account.name} />}
        <div className={classNames(!isActive && 'line-clamp-4', !isSent && 'text-ink-2')}>
          <MessageBody message={message} people={people} me={me} />
        </div>
        {(message.editedAt !== null || !isSent) && (
          <span className="text-tiny text-ink-3">
            {t(isSent ? 'chat.edited' : isLive ? 'chat.sending' : 'chat.unsent')}
          </span>
        )}
        <Reactions
          message={message}
          me={me}
          onReact={mayComment ? (emoji, on) => intents.react(message, emoji, on) : null}
        />
        {isActive && isSent && (mayComment || isOwn) && (
          <MessageActions
            message={message}
            text={withCurrentNames(message, people).text}
            intents={intents}
            place="inside"
            mayReply={false}
            mayReact={mayComment}
            mayEdit={isOwn && mayComment && message.imported === null}
            mayRemove={isOwn || ownsDocument}
          />
        )}
      </div>
    </div>
  );
}
