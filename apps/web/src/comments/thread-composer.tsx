import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { takeTyping } from '../components/typed-ahead.ts';
import { Composer } from '../chat/composer.tsx';
import {
  currentText,
  draftOfThread,
  useMessageDrafts,
  withoutContext,
  withText,
} from '../chat/message-drafts.ts';
import { formatLocale } from '../languages/i18n.ts';
import { useObservable } from '../runtime/observable.ts';
import type { Comments } from './use-comments.ts';

interface ThreadComposerProps {
  readonly comments: Comments;
  /** Null: the first message of a new thread. */
  readonly thread: string | null;
  /** Takes the focus, and what was typed before the field was there. */
  readonly takesFocus: boolean;
  readonly onSend: () => void;
  readonly onCancel?: () => void;
}

export function ThreadComposer({
  comments,
  thread,
  takesFocus,
  onSend,
  onCancel,
}: ThreadComposerProps) {
  const { t, language } = useTranslation();
  const drafts = useMessageDrafts();
  const place = draftOfThread(comments.document, thread);
  const draft = useObservable(drafts.of(place));
  const element = useRef<HTMLDivElement>(null);
  const takeFocus = useEffectEvent(() => {
    takeTyping((typed) => {
      const now = drafts.of(place).get();
      const { text, mentions } = currentText(now);
      if (typed !== '')
        drafts.change(place, (current) => withText(current, { text: text + typed, mentions }));
    });
    element.current?.querySelector('textarea')?.focus({ preventScroll: true });
  });
  useEffect(() => {
    if (takesFocus) takeFocus();
  }, [takesFocus]);
  const time = new Intl.DateTimeFormat(formatLocale(language), { timeStyle: 'short' });
  return (
    <div ref={element}>
      <Composer
        draft={draft}
        label={t(thread === null ? 'comments.write' : 'comments.reply')}
        write={(text) => drafts.change(place, (current) => withText(current, text))}
        people={comments.people}
        me={comments.me}
        formatTime={(at) => time.format(at)}
        onSend={onSend}
        onCancel={() => {
          drafts.change(place, withoutContext);
          onCancel?.();
        }}
        onEditLast={() => undefined}
        onTouch={comments.clearRefusal}
      />
    </div>
  );
}
