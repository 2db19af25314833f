import { useEffect, useState } from 'react';

interface Reading {
  /** The number of the newest message that this person has seen; null while it is not known. */
  readonly chatRead: number | null;
  readonly head: number;
  /** What was said while this page was away is here. */
  readonly isCurrent: boolean;
  /** Messages are seen as they come. */
  readonly isReading: boolean;
  /** The newest message is one's own. */
  readonly isOwn: boolean;
}

/**
 * The number after which messages are marked as new; null where none are. It is where this person had read up to when
 * the chat was opened, or when messages came while they looked elsewhere, and stays until they answer.
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
