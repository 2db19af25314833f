import { ArrowDown } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessage } from '@tandem/protocol';
import { Button } from '../components/button.tsx';
import { formatLocale } from '../languages/format-locale.ts';
import { byDay } from './message-groups.ts';
import { MessageGroupView, type ChatView } from './message-view.tsx';

/** This close to the end, one reads along. */
const NEAR_END_PX = 48;
/** This close to the beginning, older messages are fetched. */
const NEAR_START_PX = 200;

interface MessageListProps {
  readonly messages: readonly ChatMessage[];
  readonly view: ChatView;
  /** Null when the first message is here. */
  readonly loadOlder: (() => void) | null;
  /** The newest message is seen. */
  readonly onSeen: () => void;
}

/** The messages. Whoever reads at the end stays at the end; whoever reads further up stays where they are. */
export function MessageList({ messages, view, loadOlder, onSeen }: MessageListProps) {
  const { t, i18n } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const fromEnd = useRef(0);
  const first = messages[0]?.id;
  const last = messages.at(-1);
  const lastFirst = useRef(first);
  const days = useMemo(() => byDay(messages), [messages]);
  const dayName = new Intl.DateTimeFormat(formatLocale(i18n.language), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const isGrownAbove = lastFirst.current !== first;
    lastFirst.current = first;
    if (isAtEnd) element.scrollTop = element.scrollHeight;
    else if (isGrownAbove) element.scrollTop = element.scrollHeight - fromEnd.current;
    fromEnd.current = element.scrollHeight - element.scrollTop;
  }, [messages, first, isAtEnd]);

  // What one has written oneself is what one wants to see.
  const isOwn = last !== undefined && last.number === null && last.author.id === view.me;
  useLayoutEffect(() => {
    if (isOwn) setAtEnd(true);
  }, [isOwn, last?.id]);
  useEffect(() => {
    const element = scroller.current;
    if (!isAtEnd || element === null) return;
    onSeen();
    // What came while nobody looked is seen when somebody does.
    document.addEventListener('visibilitychange', onSeen);
    // The field below grows with its text, and a keyboard takes half of a phone.
    const sizes = new ResizeObserver(() => void (element.scrollTop = element.scrollHeight));
    sizes.observe(element);
    return () => {
      document.removeEventListener('visibilitychange', onSeen);
      sizes.disconnect();
    };
  }, [isAtEnd, last?.id, onSeen]);

  const scrolled = () => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    fromEnd.current = scrollHeight - scrollTop;
    setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END_PX);
    if (scrollTop < NEAR_START_PX) loadOlder?.();
  };
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        onScroll={scrolled}
        tabIndex={0}
        role="log"
        aria-label={t('chat.messages')}
        className="flex h-full flex-col overflow-y-auto overscroll-contain py-2 [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        {days.map(({ day, groups }) => (
          <section key={day} aria-label={dayName.format(day)}>
            <p className="px-4 pt-3 pb-1 text-center text-tiny font-medium text-ink-3">
              {dayName.format(day)}
            </p>
            <ol>
              {groups.map((group) => (
                <MessageGroupView key={group.messages[0]?.id} group={group} view={view} />
              ))}
            </ol>
          </section>
        ))}
      </div>
      {!isAtEnd && (
        <Button
          className="absolute bottom-2 left-1/2 -translate-x-1/2 shadow-lift"
          onClick={() => setAtEnd(true)}
        >
          <ArrowDown size={15} aria-hidden />
          {t('chat.newest')}
        </Button>
      )}
    </div>
  );
}
