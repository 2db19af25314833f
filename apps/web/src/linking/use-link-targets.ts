import type { SearchResult } from '@tandem/protocol';
import { useCallback, useEffect, useState } from 'react';
import { hasWords, shownDocuments } from '../documents/shown-document.ts';
import { linkTargets, type LinkTarget } from '../editor/link-targets.ts';
import { shortDayAndTime } from '../history/session-time.ts';
import { useServices } from '../session/services.ts';
import { useSearch } from '../session/use-search.ts';
import { useTranslation } from '../translation/translation.ts';

const MAX_TARGETS = 8;

/** Offers the person's documents to the editor: those which this page knows at once, and what the server finds later. */
export function useLinkTargets(document: string): void {
  const { client, library, activity } = useServices();
  const { language } = useTranslation();
  const [query, setQuery] = useState('');
  const find = useCallback(
    (text: string, signal: AbortSignal) => client.search.find(text, signal),
    [client],
  );
  const results = useSearch(query, find).answer?.results ?? NONE;
  useEffect(() => {
    linkTargets.set((asked) => {
      // The editor asks while it draws.
      if (asked !== query) queueMicrotask(() => setQuery(asked));
      const known = library.state === null ? [] : shownDocuments(library.state, activity.state);
      const ids = new Set(known.map(({ id }) => id));
      const further = results.filter((found) => !ids.has(found.document));
      const offered = [...known, ...further.map(({ document: id, ...found }) => ({ id, ...found }))]
        .filter(({ id, title }) => id !== document && title !== '' && hasWords(title, asked))
        .slice(0, MAX_TARGETS);
      const isOneOfSeveral = (title: string) =>
        offered.filter((other) => other.title === title).length > 1;
      return offered.map(({ id, title, updatedAt }): LinkTarget => ({
        ...{ id, title, href: addressOf(id) },
        hint: isOneOfSeveral(title) ? shortDayAndTime(updatedAt, language) : '',
      }));
    });
    return () => linkTargets.set(null);
  }, [document, library, activity, query, results, language]);
}

const NONE: readonly SearchResult[] = [];

/** With the host, because copies of the text are read elsewhere. */
function addressOf(document: string): string {
  return new URL(`/d/${document}`, location.origin).href;
}
