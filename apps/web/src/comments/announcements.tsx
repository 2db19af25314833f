/** What a screen reader is told of comments. */
import type { CommentThread, ThreadMessage } from '@tandem/protocol';
import type { EditorView } from '@tiptap/pm/view';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { spokenAuthor } from '../chat/spoken-author.ts';
import { isolated } from '../languages/names.ts';
import type { CommentPlaces } from './comment-places.ts';
import type { Comments } from './use-comments.ts';

export function Announcements({ comments: { threads, me } }: { readonly comments: Comments }) {
  const { t } = useTranslation();
  const last = threads
    ?.flatMap(({ messages }) => messages)
    .reduce<ThreadMessage | null>(
      (newest, message) =>
        isAnnounced(message) && (message.number ?? 0) > (newest?.number ?? 0) ? message : newest,
      null,
    );
  const first = useRef<string | null | undefined>(undefined);
  if (threads !== null && first.current === undefined) first.current = last?.id ?? null;
  const isSaid = last != null && last.id !== first.current && last.author.id !== me;
  return (
    <p aria-live="polite" className="sr-only">
      {isSaid && t('comments.said', { name: isolated(last.author.name), text: last.text })}
    </p>
  );
}

/** Comments of a file come by the hundred, and are news to nobody (CO8). */
function isAnnounced({ deletedAt, imported }: ThreadMessage): boolean {
  return deletedAt === null && imported === null;
}

const CARET_MS = 400;

/** Marks are no elements, so a screen reader is told which comment the caret is in. */
export function CaretAnnouncement({
  view,
  text,
  threads,
}: {
  readonly view: EditorView | null;
  readonly text: CommentPlaces | null;
  readonly threads: readonly CommentThread[] | null;
}) {
  const { t } = useTranslation();
  const [at, setAt] = useState<string | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moved = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => setAt(view?.hasFocus() === true ? (text?.threadAtCaret() ?? null) : null),
        CARET_MS,
      );
    };
    document.addEventListener('selectionchange', moved);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('selectionchange', moved);
    };
  }, [view, text]);
  const message = threads?.find(({ id }) => id === at)?.messages[0];
  return (
    <p aria-live="polite" className="sr-only">
      {message !== undefined &&
        t('comments.said', { name: spokenAuthor(message, t), text: message.text })}
    </p>
  );
}
