import { useEffect, useState } from 'react';

interface Reading {
  /** The number of the newest message that this person has seen; null: unknown. */
  readonly chatRead: number | null;
  readonly head: number;
  /** Whether messages sent while this page was disconnected have arrived. */
  readonly isCurrent: boolean;
  /** Whether the person sees new messages as they arrive. */
  readonly isReading: boolean;
  readonly isOwn: boolean;
}

/**
 * The number after which messages are marked as new; null: none. The mark is where this person had read up to when the
 * chat opened, or when messages arrived while they looked elsewhere; it stays until they reply.
 */
export function useNewMark({
  chatRead,
  head,
  isCurrent,
  isReading,
  isOwn,
}: Reading): number | null {
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
