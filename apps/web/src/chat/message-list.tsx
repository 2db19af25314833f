import type { ThreadMessage } from '@tandem/protocol';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import {
  type UIEvent,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from '../translation/translation.ts';
import { useVisible } from '../components/browser-state.ts';
import { Button } from '../components/button.tsx';
import { rangeWithFocused } from '../components/range-with-focused.ts';
import { messageRows } from './message-rows.ts';
import { type ChatView, MessageItem } from './message-view.tsx';

const NEAR_END_PX = 48;
const NEAR_START_PX = 800;
/** Estimated heights of a one-line message and of the author line. */
const LINE_PX = 24;
const NAME_PX = 30;
const OVERSCAN = 8;

interface MessageListProps {
  readonly messages: readonly ThreadMessage[];
  readonly head: number;
  readonly chatRead: number | null;
  readonly view: ChatView;
  readonly target: string | null;
  readonly onTargetLeft: () => void;
  readonly loadOlder: (() => void) | null;
  readonly onSeen: () => void;
}

/**
 * The list of messages, drawn only where visible. A reader at the end stays at the end; a reader further up stays at
 * the same message.
 */
export function MessageList(props: MessageListProps) {
  const { messages, head, chatRead, view, target, onTargetLeft, loadOlder, onSeen } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const isVisible = useVisible();
  const isReading = isAtEnd && isVisible;
  const last = messages.at(-1);
  const isOwn = last !== undefined && last.number === null && last.author.id === view.me;
  const lastImported = messages.findLast(({ imported }) => imported !== null)?.number ?? 0;
  const readUpTo = useNewMark({
    // What was imported comes first, and is new to nobody (W48).
    chatRead: chatRead === null ? null : Math.max(chatRead, lastImported),
    ...{ head, isReading, isOwn },
    isCurrent: view.isLive,
  });
  const rows = useMemo(
    () => messageRows(messages, { readUpTo, me: view.me }),
    [messages, readUpTo, view.me],
  );

  // The focused row stays drawn wherever the list is scrolled.
  const [focused, setFocused] = useState<string | null>(null);
  const focusedIndex =
    focused === null ? -1 : rows.findIndex(({ message }) => message.id === focused);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.message.id ?? index,
    estimateSize: (index) => LINE_PX + (rows[index]?.isNamed === true ? NAME_PX : 0),
    rangeExtractor: (range) => rangeWithFocused(range, focusedIndex),
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    overscan: OVERSCAN,
    paddingStart: 8,
    paddingEnd: 8,
    directDomUpdates: true,
    directDomUpdatesMode: 'position',
  });

  const targetRow = rows.findIndex(({ message }) => message.id === target);
  const isTargetHere = targetRow >= 0;
  const stayAtEnd = useEffectEvent(() => {
    if (isAtEnd && !isTargetHere) virtualizer.scrollToEnd();
  });
  // Before paint: older messages may arrive while the list is still settling at its end.
  useLayoutEffect(() => stayAtEnd(), [rows]);
  // A person wants to see the message that they have just sent.
  useLayoutEffect(() => {
    if (isOwn) virtualizer.scrollToEnd();
  }, [virtualizer, isOwn, last?.id]);
  useEffect(() => {
    if (!isTargetHere) return;
    setAtEnd(false);
    // After the virtualizer has restored its position for the rows inserted above.
    const frame = requestAnimationFrame(() =>
      virtualizer.scrollToIndex(targetRow, { align: 'center' }),
    );
    return () => cancelAnimationFrame(frame);
    // oxlint-disable-next-line react/exhaustive-deps -- rows inserted above the target later must not scroll again
  }, [virtualizer, target, isTargetHere]);

  useEffect(() => {
    if (isReading) onSeen();
  }, [isReading, last?.id, onSeen]);
  useEffect(() => {
    const element = scroller.current;
    if (!isAtEnd || target !== null || element === null) return;
    // The composer below grows with its text, and a touch keyboard takes half of the screen.
    const sizes = new ResizeObserver(() => virtualizer.scrollToEnd());
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [isAtEnd, target, virtualizer]);

  const lastScroll = useRef({ top: 0, height: 0 });
  const scrolled = ({ currentTarget }: UIEvent) => {
    // Read from the element: the virtualizer updates later.
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    // Only scrolling up leaves the end. A list that grows does not, nor does one whose window grows: the browser then
    // moves a list at its end up.
    const { top, height } = lastScroll.current;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) setAtEnd(true);
    else if (scrollTop < Math.min(top, height - clientHeight) - 1) setAtEnd(false);
    lastScroll.current = { top: scrollTop, height: scrollHeight };
    if (scrollTop < NEAR_START_PX) loadOlder?.();
  };
  const first = messages[0]?.id;
  useEffect(() => {
    // A page of messages may be shorter than the window.
    if ((scroller.current?.scrollTop ?? Infinity) < NEAR_START_PX) loadOlder?.();
  }, [first, loadOlder]);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        onScroll={scrolled}
        tabIndex={0}
        role="log"
        // Scrolling mounts and unmounts rows. `Announcements` announces new messages.
        aria-live="off"
        aria-label={t('chat.messages')}
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <ol ref={virtualizer.containerRef} className="relative">
          {virtualizer.getVirtualItems().map(({ index, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const { id, number } = row.message;
            return (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                aria-setsize={number === null ? -1 : head}
                aria-posinset={number ?? head + 1}
                onFocus={() => setFocused(id)}
                onBlur={() => setFocused(null)}
                className="absolute left-0 w-full"
              >
                <MessageItem
                  row={row}
                  view={view}
                  isTarget={id === target}
                  onTargetLeft={onTargetLeft}
                />
              </li>
            );
          })}
        </ol>
      </div>
      <Announcements last={last} me={view.me} />
      {!isAtEnd && (
        <Button
          className="absolute bottom-2 left-1/2 -translate-x-1/2 shadow-lift"
          onClick={() => virtualizer.scrollToEnd()}
        >
          <ArrowDown size={15} aria-hidden />
          {t('chat.newest')}
        </Button>
      )}
    </div>
  );
}

function Announcements({
  last,
  me,
}: {
  readonly last: ThreadMessage | undefined;
  readonly me: string | null;
}) {
  const { t } = useTranslation();
  const first = useRef(last?.id);
  const isSaid =
    last !== undefined &&
    last.id !== first.current &&
    last.author.id !== me &&
    last.deletedAt === null &&
    last.imported === null;
  return (
    <p aria-live="polite" className="sr-only">
      {isSaid && t('chat.said', { name: last.author.name, text: last.text })}
    </p>
  );
}

interface Reading {
  readonly chatRead: number | null;
  readonly head: number;
  readonly isCurrent: boolean;
  readonly isReading: boolean;
  readonly isOwn: boolean;
}

/**
 * The number after which messages are marked as new; null: none. The mark is where this person had read up to when the
 * chat opened, or when messages arrived while they looked elsewhere; it stays until they reply.
 */
function useNewMark({ chatRead, head, isCurrent, isReading, isOwn }: Reading): number | null {
  const [mark, setMark] = useState<number | 'none' | 'unknown'>('unknown');
  useEffect(() => {
    if (chatRead === null || !isCurrent) return;
    const isMissed = chatRead < head;
    if (isOwn || (mark === 'unknown' && !isMissed)) setMark('none');
    else if (mark === 'unknown') setMark(chatRead);
    else if (!isReading && isMissed && (mark === 'none' || chatRead > mark)) setMark(chatRead);
  }, [chatRead, head, isCurrent, isReading, isOwn, mark]);
  return typeof mark === 'number' ? mark : null;
}
