import type { CommentThread } from '@tandem/protocol';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { layOutCards } from './card-layout.ts';
import type { CommentPlaces, Places } from './comment-places.ts';

interface ThreadListProps {
  readonly threads: readonly CommentThread[];
  readonly active: string | null;
  readonly label: string;
  readonly card: (thread: CommentThread) => ReactNode;
  /** Beside a text, cards are at the text that they are about. */
  readonly beside: { readonly text: CommentPlaces; readonly places: Places } | null;
}

export function ThreadList({ threads, active, label, card, beside }: ThreadListProps) {
  const list = useRef<HTMLUListElement>(null);
  const [layout, setLayout] = useState<readonly number[]>([]);
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || beside === null) return;
    const place = () => {
      const items = [...element.children] as HTMLElement[];
      const origin = element.getBoundingClientRect().top;
      let last = 0;
      const cards = threads.map(({ id }, i) => {
        const top = beside.text.topOf(id);
        // Threads without a text come after all others.
        const wanted = top === null ? last : top - origin;
        last = Math.max(last, wanted);
        return { wanted, height: items[i]?.offsetHeight ?? 0 };
      });
      const at = threads.findIndex(({ id }) => id === active);
      const tops = layOutCards(cards, at);
      setLayout((before) =>
        tops.length === before.length && tops.every((top, i) => top === before[i]) ? before : tops,
      );
    };
    place();
    const sizes = new ResizeObserver(place);
    for (const item of element.children) sizes.observe(item);
    const text = document.querySelector('.page-text');
    if (text !== null) sizes.observe(text);
    return () => sizes.disconnect();
  }, [threads, active, beside]);
  const end = layout.at(-1) ?? 0;
  return (
    <ul
      ref={list}
      aria-label={label}
      style={beside === null ? undefined : { minHeight: end + 400 }}
      className={beside === null ? 'flex flex-col gap-2.5 p-3' : 'relative'}
    >
      {threads.map((thread, i) => (
        <li
          key={thread.id}
          style={beside === null ? undefined : { top: layout[i] ?? 0 }}
          className={
            beside === null ? undefined : 'absolute inset-x-3 transition-[top] duration-(--quick)'
          }
        >
          {card(thread)}
        </li>
      ))}
    </ul>
  );
}
