import type { LibraryPage, LibraryPlace } from '@tandem/protocol';
import { useCallback, useState } from 'react';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import { useSearch, type Search } from '../session/use-search.ts';

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
  readonly state: Search<LibraryPage>['state'];
  readonly loadMore: (() => void) | null;
}

/** How far the pages after a first one have been loaded. */
interface Progress {
  readonly first: LibraryPage;
  readonly next: LibraryPlace | null;
}

/** What is found goes to the library's state, so only a library that is not loaded to its end is searched. */
export function useLibrarySearch(wanted: string): LibrarySearch {
  const { library, client } = useServices();
  const isPartial = useChannelValue(library, ({ state }) => state?.next != null) ?? false;
  const find = useCallback(
    (search: string) => client.pages.searchLibrary(library, search),
    [client, library],
  );
  const { state, answer } = useSearch(isPartial ? wanted : '', find);
  const first = state === 'done' ? answer : null;
  const [progress, setProgress] = useState<Progress | null>(null);
  const next = nextAfter(first, progress);
  const loadMore = useCallback(() => {
    if (first === null || next === null) return;
    client.pages.searchLibrary(library, wanted, next).then(
      (page) =>
        setProgress((current) =>
          nextAfter(first, current) === next ? { first, next: page.next } : current,
        ),
      () => undefined,
    );
  }, [client, library, wanted, first, next]);
  return { state, loadMore: next === null ? null : loadMore };
}

function nextAfter(first: LibraryPage | null, progress: Progress | null): LibraryPlace | null {
  if (first === null) return null;
  return progress?.first === first ? progress.next : first.next;
}
