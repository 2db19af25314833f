import '../chat/chat-words.ts';
import type { DocumentSession } from '@tandem/client';
import type { CommentAnchor, CommentThread } from '@tandem/protocol';
import type { EditorView } from '@tiptap/pm/view';
import { X } from 'lucide-react';
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { closeChatBeside, useChatPlacement } from '../chat/chat-placement.ts';
import { useMedia, useVisible } from '../components/browser-state.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { choiceButton, Menu, MenuChoice } from '../components/menu.tsx';
import { stopCatching } from '../components/typed-ahead.ts';
import words from '../languages/comments.en.json' with { type: 'json' };
import { Observable, useObservable } from '../runtime/observable.ts';
import { chord } from '../screen/shortcuts.ts';
import { Announcements, CaretAnnouncement } from './announcements.tsx';
import type { Places } from './comment-places.ts';
import { focusCommentsButton } from './comments-button.tsx';
import { commentRequested, setCommentsOpen, useCommentsPlacement } from './comments-place.ts';
import { ThreadCard } from './thread-card.tsx';
import { ThreadComposer } from './thread-composer.tsx';
import { FILTERS, filterThreads, type ThreadFilter } from './thread-filter.ts';
import { ThreadList } from './thread-list.tsx';
import { useClicks, useDeepLink } from './thread-navigation.ts';
import { useCommentsRead } from './unread-comments.ts';
import { useCommentPlaces, useReanchoring } from './use-comment-places.ts';
import { useComments, type Comments as CommentsOf } from './use-comments.ts';

addTexts(words);

export interface CommentsProps {
  readonly session: DocumentSession;
  readonly view: EditorView | null;
  readonly mayComment: boolean;
  readonly ownsDocument: boolean;
}

const NOWHERE = new Observable<Places>(new Map());

/** The marks in the text, and the threads beside it or over it. */
export function Comments({ session, view, mayComment, ownsDocument }: CommentsProps) {
  const { t } = useTranslation();
  const comments = useComments(session);
  const { threads } = comments;
  const { placement, isOpen } = useCommentsPlacement();
  const [filter, setFilter] = useState<ThreadFilter>('open');
  const [active, setActive] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [draft, setDraft] = useState<CommentAnchor | null>(null);
  const text = useCommentPlaces(view, session);
  const places = useObservable(text?.places ?? NOWHERE);
  const readUpTo = useReadMark(comments, isOpen);

  const shown = useMemo(
    () => filterThreads(threads ?? [], { filter, me: comments.me, places }),
    [threads, filter, comments.me, places],
  );
  const isActiveShown = isOpen && shown.some(({ id }) => id === active);

  useEffect(() => {
    text?.show({
      threads: (threads ?? []).map(({ id, anchor, resolved }) => ({
        id,
        anchor,
        isMarked: resolved === null,
      })),
      active: isActiveShown ? active : null,
      draft,
    });
  }, [text, threads, active, draft, isActiveShown]);
  useReanchoring(comments, { text, places, mayWrite: view?.editable ?? false });

  const open = useCallback(() => {
    closeChatBeside();
    setCommentsOpen(true);
  }, []);
  const activate = useCallback(
    (id: string) => {
      setActive(id);
      setDraft(null);
      const thread = threads?.find((other) => other.id === id);
      if (thread !== undefined) setFilter(thread.resolved === null ? 'open' : 'resolved');
      open();
    },
    [threads, open],
  );
  const close = () => {
    setDraft(null);
    setActive(null);
    setCommentsOpen(false);
  };

  const request = useEffectEvent(() => {
    if (text === null) return;
    commentRequested.set(false);
    const at = text.threadAtCaret();
    if (at !== null) {
      setFocused(at);
      return activate(at);
    }
    const anchor = mayComment ? text.anchorOfSelection() : null;
    if (anchor === null) {
      stopCatching();
      view?.focus();
      return open();
    }
    setActive(null);
    setFilter('open');
    setDraft(anchor);
    open();
  });
  useEffect(() => {
    const take = () => commentRequested.get() && request();
    take();
    return commentRequested.subscribe(take);
  }, [text]);
  useClicks(view, text, activate);
  useDeepLink({ text, threads, places, activate });
  useChatPlacementChange(() => setCommentsOpen(false));

  const beside = useMemo(
    () => (placement === 'beside' && filter === 'open' && text !== null ? { text, places } : null),
    [placement, filter, text, places],
  );
  const card = (thread: CommentThread) => (
    <ThreadCard
      thread={thread}
      comments={comments}
      isActive={thread.id === active}
      takesFocus={thread.id === focused}
      isGone={places.get(thread.id) === null}
      mayComment={mayComment}
      ownsDocument={ownsDocument}
      readUpTo={readUpTo}
      onActivate={() => {
        setActive(thread.id);
        setFocused(null);
        setDraft(null);
        if (placement === 'beside') text?.scrollTo(thread.id);
      }}
      onShow={() => {
        if (placement === 'over') setCommentsOpen(false);
        requestAnimationFrame(() => text?.scrollTo(thread.id));
      }}
      onLeave={() => {
        setActive(null);
        setFocused(null);
        view?.focus();
      }}
    />
  );
  const content = (
    <>
      <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-3">
        <Menu
          align="start"
          trigger={choiceButton(t(`comments.filter.${filter}`), t('comments.filterLabel'))}
        >
          <MenuChoice
            label={t('comments.filterLabel')}
            value={filter}
            options={FILTERS.map((value) => ({ value, label: t(`comments.filter.${value}`) }))}
            onChange={(next) => {
              setActive(null);
              setFilter(next);
            }}
          />
        </Menu>
        <span className="flex-1" />
        {placement === 'beside' && <IconButton label={t('close')} icon={X} onClick={close} />}
      </div>
      {comments.refusal !== null && (
        <p role="alert" className="px-4 pt-3 text-small text-bad">
          {comments.refusal}
        </p>
      )}
      {!comments.isLive && <p className="px-4 pt-3 text-small text-ink-3">{t('comments.stale')}</p>}
      {draft !== null && (
        <NewComment
          comments={comments}
          anchor={draft}
          onDone={() => {
            setDraft(null);
            if (placement === 'over') setCommentsOpen(false);
            else view?.focus();
          }}
        />
      )}
    </>
  );
  const list =
    shown.length === 0 && draft === null ? (
      <NoComments filter={filter} mayComment={mayComment} isLoading={threads === null} />
    ) : (
      <ThreadList
        threads={shown}
        active={active}
        label={t('comments.title')}
        card={card}
        beside={beside}
      />
    );
  return (
    <>
      <Announcements comments={comments} />
      <CaretAnnouncement view={view} text={text} threads={threads} />
      {placement === 'over' ? (
        <Dialog
          open={isOpen}
          onOpenChange={(next) => (next ? open() : close())}
          title={t('comments.title')}
          place="panel"
        >
          {content}
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{list}</div>
        </Dialog>
      ) : (
        isOpen && (
          <Aside title={t('comments.title')} isAligned={beside !== null} head={content}>
            {list}
          </Aside>
        )
      )}
    </>
  );
}

interface AsideProps {
  readonly title: string;
  readonly isAligned: boolean;
  readonly head: React.ReactNode;
  readonly children: React.ReactNode;
}

function Aside({ title, isAligned, head, children }: AsideProps) {
  useEffect(
    () => () => {
      // The close button is gone, and the focus with it.
      if (document.activeElement === document.body) focusCommentsButton();
    },
    [],
  );
  if (isAligned)
    return (
      <aside data-chrome aria-label={title} className="w-80 shrink-0 border-l border-line">
        <div className="sticky top-(--header) z-10 bg-canvas">{head}</div>
        {children}
      </aside>
    );
  return (
    <aside
      data-chrome
      aria-label={title}
      className="sticky top-(--header) flex h-[calc(100dvh-var(--header))] w-80 shrink-0 flex-col border-l border-line"
    >
      {head}
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>
    </aside>
  );
}

interface NewCommentProps {
  readonly comments: CommentsOf;
  readonly anchor: CommentAnchor;
  readonly onDone: () => void;
}

function NewComment({ comments, anchor, onDone }: NewCommentProps) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t('comments.write')}
      onKeyDown={(event) => event.key === 'Escape' && onDone()}
      className="m-3 rounded-box border border-line-strong bg-raise p-3 shadow-lift"
    >
      <p className="mb-2.5 line-clamp-2 border-l-2 border-warn pl-2 text-small wrap-anywhere text-ink-2">
        <bdi>{anchor.quote}</bdi>
      </p>
      <ThreadComposer
        comments={comments}
        thread={null}
        takesFocus
        onSend={() => {
          if (comments.start(anchor)) onDone();
        }}
      />
      <div className="mt-2 flex justify-end">
        <Button look="quiet" onClick={onDone}>
          {t('cancel')}
        </Button>
      </div>
    </div>
  );
}

function NoComments({
  filter,
  mayComment,
  isLoading,
}: {
  readonly filter: ThreadFilter;
  readonly mayComment: boolean;
  readonly isLoading: boolean;
}) {
  const { t } = useTranslation();
  const isTouched = useMedia('(pointer: coarse)');
  if (isLoading) return null;
  const how = isTouched
    ? t('comments.howByTouch')
    : t('comments.how', { keys: chord('Mod', 'Alt', 'M') });
  return (
    <div className="p-4">
      <p className="text-base font-medium">{t(`comments.none.${filter}`)}</p>
      {filter === 'open' && (
        <p className="mt-1 text-ui text-ink-2">{mayComment ? how : t('comments.readOnly')}</p>
      )}
    </div>
  );
}

/** Marks comments as read while the panel is open; what was read before stays marked as new until it closes. */
function useReadMark(comments: CommentsOf, isOpen: boolean): number {
  const read = useCommentsRead(comments.document);
  const isVisible = useVisible();
  const [mark, setMark] = useState(Infinity);
  const { head } = comments;
  const see = useEffectEvent(() => comments.see(head));
  useEffect(() => {
    if (!isOpen) setMark(Infinity);
    else if (read !== null) setMark((before) => (before === Infinity ? read : before));
  }, [isOpen, read]);
  useEffect(() => {
    if (isOpen && isVisible && read !== null && head > read) see();
  }, [isOpen, isVisible, read, head]);
  return mark;
}

/** The chat takes the place beside the text. */
function useChatPlacementChange(opened: () => void): void {
  const { placement, isOpen } = useChatPlacement();
  const close = useEffectEvent(opened);
  const isBeside = placement === 'beside' && isOpen;
  useEffect(() => {
    if (isBeside) close();
  }, [isBeside]);
}
