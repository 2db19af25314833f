import type { LibraryPlace } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';

const SEARCH_AFTER_MS = 150;

export function useNextPage(): (() => void) | null {
  const { library, client } = useServices();
  const hasMore = useChannelValue(library, ({ state }) => state?.next != null) ?? false;
  // A failed page is requested again on the next scroll.
  const loadMore = useCallback(
    () => void client.pages.loadMore(library).catch(() => undefined),
    [client, library],
  );
  return hasMore ? loadMore : null;
}

export interface LibrarySearch {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly loadMore: (() => void) | null;
}

interface Found {
  readonly wanted: string;
  readonly next: LibraryPlace | null;
  readonly failed: boolean;
}

export function useLibrarySearch(wanted: string): LibrarySearch {
  const { library, client } = useServices();
  const isPartial = useChannelValue(library, ({ state }) => state?.next != null) ?? false;
  const [found, setFound] = useState<Found | null>(null);
  const isAsked = wanted.trim() !== '' && isPartial;
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    const set = (answer: Omit<Found, 'wanted'>) => !isOver && setFound({ wanted, ...answer });
    const timer = setTimeout(() => {
      client.pages.searchLibrary(library, wanted).then(
        ({ next }) => set({ next, failed: false }),
        () => set({ next: null, failed: true }),
      );
    }, SEARCH_AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client, library, wanted, isAsked]);
  const next = found?.wanted === wanted ? found.next : null;
  const loadMore = useCallback(() => {
    if (next === null) return;
    client.pages.searchLibrary(library, wanted, next).then(
      (page) =>
        setFound((current) =>
          current?.wanted === wanted && current.next === next
            ? { ...current, next: page.next }
            : current,
        ),
      () => undefined,
    );
  }, [client, library, wanted, next]);
  if (!isAsked) return { state: 'none', loadMore: null };
  if (found?.wanted !== wanted) return { state: 'running', loadMore: null };
  return { state: found.failed ? 'failed' : 'done', loadMore: next === null ? null : loadMore };
}
