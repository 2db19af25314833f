import type { SearchResult } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import { hasWords, shownDocuments } from '../documents/shown-document.ts';
import { linkTargets, type LinkTarget } from '../editor/link-targets.ts';
import { useServices } from '../session/services.ts';
import { useSearch } from '../session/use-search.ts';

const MAX_TARGETS = 8;

/** Offers the person's documents to the editor: those which this page knows at once, and what the server finds later. */
export function useLinkTargets(document: string): void {
  const { client, library, activity } = useServices();
  const [query, setQuery] = useState('');
  const find = useCallback((text: string) => client.search.find(text), [client]);
  const results = useSearch(query, find).answer?.results ?? NONE;
  useEffect(() => {
    linkTargets.set((asked) => {
      // The editor asks while it draws.
      if (asked !== query) queueMicrotask(() => setQuery(asked));
      const known = library.state === null ? [] : shownDocuments(library.state, activity.state);
      const ids = new Set(known.map(({ id }) => id));
      const further = results.filter((found) => !ids.has(found.document));
      return [...known, ...further.map(({ document: id, title }) => ({ id, title }))]
        .filter(({ id, title }) => id !== document && title !== '' && hasWords(title, asked))
        .slice(0, MAX_TARGETS)
        .map(({ id, title }): LinkTarget => ({ id, title, href: addressOf(id) }));
    });
    return () => linkTargets.set(null);
  }, [document, library, activity, query, results]);
}

const NONE: readonly SearchResult[] = [];

/** With the host, because copies of the text are read elsewhere. */
function addressOf(document: string): string {
  return new URL(`/d/${document}`, location.origin).href;
}
