import { useEffect, useState } from 'react';
import { Deferred, useDeferred } from '../components/deferred.tsx';
import { useTranslation } from '../translation/translation.ts';
import { catchTyping } from '../components/typed-ahead.ts';
import { useObservable } from '../runtime/observable.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import type { CommentsProps } from './comments.tsx';
import { commentRequested, isCommentKey, useCommentsPlacement } from './comments-place.ts';

const comments = new Deferred(() => import('./comments.tsx'));

/** Loads the comments of a document once it has some, or somebody asks for them. */
export function CommentsAside(props: CommentsProps) {
  const { view, session } = props;
  const { t } = useTranslation();
  const { isOpen } = useCommentsPlacement();
  const isRequested = useObservable(commentRequested);
  const hasThreads =
    useChannelValue(
      useChannel(`comments:${session.id}`),
      ({ state }) => (state?.threads.length ?? 0) > 0,
    ) ?? false;
  const [isNeeded, setNeeded] = useState(false);
  useEffect(() => {
    if (isOpen || isRequested || hasThreads) setNeeded(true);
  }, [isOpen, isRequested, hasThreads]);
  useEffect(() => {
    if (view === null) return;
    const pressed = (event: KeyboardEvent) => {
      if (!isCommentKey(event)) return;
      event.preventDefault();
      catchTyping(t('comments.open'));
      commentRequested.set(true);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [view, t]);
  const loaded = useDeferred(comments, isNeeded);
  return isNeeded && loaded !== null ? <loaded.Comments {...props} /> : null;
}
