import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type UIEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessage } from '@tandem/protocol';
import { Button } from '../components/button.tsx';
import { rangeWithFocused } from '../components/range-with-focused.ts';
import { messageRows } from './message-rows.ts';
import { MessageItem, type ChatView } from './message-view.tsx';
import { useNewMark } from './use-new-mark.ts';
import { useVisible } from '../components/browser-state.ts';

/** This close to the end, one reads along. */
const NEAR_END_PX = 48;
/** This close to the beginning, older messages are fetched. */
const NEAR_START_PX = 800;
/** A message in one line, and the name above it; what is shown is measured. */
const LINE_PX = 24;
const NAME_PX = 30;
const OVERSCAN = 8;

interface MessageListProps {
  readonly messages: readonly ChatMessage[];
  /** The number of the newest message. */
  readonly head: number;
  readonly chatRead: number | null;
  readonly view: ChatView;
  /** A message to go to. */
  readonly target: string | null;
  readonly onTargetLeft: () => void;
  /** Null when the first message is here. */
  readonly loadOlder: (() => void) | null;
  /** The newest message is seen. */
  readonly onSeen: () => void;
}

/**
 * The messages, of which those in view are drawn. A person who reads at the end stays at the end; one who reads further
 * up stays where they are.
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
  const readUpTo = useNewMark({ chatRead, head, isCurrent: view.isLive, isReading, isOwn });
  const rows = useMemo(
    () => messageRows(messages, { readUpTo, me: view.me }),
    [messages, readUpTo, view.me],
  );

  // What has the focus stays, however far it is scrolled away.
  const [focused, setFocused] = useState<string | null>(null);
  const kept = focused === null ? -1 : rows.findIndex(({ message }) => message.id === focused);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.message.id ?? index,
    estimateSize: (index) => LINE_PX + (rows[index]?.isNamed === true ? NAME_PX : 0),
    rangeExtractor: (range) => rangeWithFocused(range, kept),
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    overscan: OVERSCAN,
    paddingStart: 8,
    paddingEnd: 8,
    directDomUpdates: true,
    directDomUpdatesMode: 'position',
  });

  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer]);
  // What one has written oneself is what one wants to see.
  useLayoutEffect(() => {
    if (isOwn) virtualizer.scrollToEnd();
  }, [virtualizer, isOwn, last?.id]);
  const targetRow = rows.findIndex(({ message }) => message.id === target);
  const isTargetHere = targetRow >= 0;
  useEffect(() => {
    if (!isTargetHere) return;
    setAtEnd(false);
    // After the list has found its place again, for the rows that have come above.
    const frame = requestAnimationFrame(() =>
      virtualizer.scrollToIndex(targetRow, { align: 'center' }),
    );
    return () => cancelAnimationFrame(frame);
    // oxlint-disable-next-line react/exhaustive-deps -- rows that come above it later leave it where it is
  }, [virtualizer, target, isTargetHere]);

  useEffect(() => {
    if (isReading) onSeen();
  }, [isReading, last?.id, onSeen]);
  useEffect(() => {
    const element = scroller.current;
    if (!isAtEnd || target !== null || element === null) return;
    // The field below grows with its text, and a keyboard takes half of a phone.
    const sizes = new ResizeObserver(() => virtualizer.scrollToEnd());
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [isAtEnd, target, virtualizer]);

  const lastTop = useRef(0);
  const scrolled = ({ currentTarget }: UIEvent) => {
    // As the element has it: the virtualizer hears of it later.
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    // One leaves the end by going up; what grows at the end, or is measured, goes on under a reader.
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) setAtEnd(true);
    else if (scrollTop < lastTop.current) setAtEnd(false);
    lastTop.current = scrollTop;
    if (scrollTop < NEAR_START_PX) loadOlder?.();
  };
  const first = messages[0]?.id;
  useEffect(() => {
    // A page may be shorter than the window.
    if ((scroller.current?.scrollTop ?? Infinity) < NEAR_START_PX) loadOlder?.();
  }, [first, loadOlder]);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        onScroll={scrolled}
        tabIndex={0}
        role="log"
        // Rows come and go while one scrolls; what is new is announced below.
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

/** Says messages of others as they come, for people who hear them. */
function Announcements({
  last,
  me,
}: {
  readonly last: ChatMessage | undefined;
  readonly me: string | null;
}) {
  const { t } = useTranslation();
  const first = useRef(last?.id);
  const isSaid =
    last !== undefined &&
    last.id !== first.current &&
    last.author.id !== me &&
    last.deletedAt === null;
  return (
    <p aria-live="polite" className="sr-only">
      {isSaid && t('chat.said', { name: last.author.name, text: last.text })}
    </p>
  );
}
