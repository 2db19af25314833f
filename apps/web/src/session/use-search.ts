import { useEffect, useState } from 'react';

const SEARCH_AFTER_MS = 150;
const REPEAT_AFTER_MS = 2_500;

export interface Search<T> {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** While a search is running, the answer to the one before, so that a list does not blink. */
  readonly answer: T | null;
}

/**
 * Searches a moment after the last key. A failed search runs once more.
 *
 * @param find rejects when there is no answer; aborted once another search, or none, is wanted
 * @param isIncomplete is true of an answer after which the search runs once more
 */
export function useSearch<T>(
  search: string,
  find: (search: string, signal: AbortSignal) => Promise<T>,
  isIncomplete?: (answer: T) => boolean,
): Search<T> {
  const [last, setLast] = useState<Search<T> & { readonly search: string }>({
    state: 'none',
    answer: null,
    search: '',
  });
  const isAsked = search.trim() !== '';
  useEffect(() => {
    if (!isAsked) return;
    const over = new AbortController();
    const run = async (isRepeated: boolean) => {
      let next: Search<T>;
      let isRepeatable = true;
      try {
        const answer = await find(search, over.signal);
        next = { state: 'done', answer };
        isRepeatable = isIncomplete?.(answer) === true;
      } catch {
        next = { state: 'failed', answer: null };
      }
      if (over.signal.aborted) return;
      setLast({ ...next, search });
      if (isRepeatable && !isRepeated) timer = setTimeout(() => void run(true), REPEAT_AFTER_MS);
    };
    let timer = setTimeout(() => void run(false), SEARCH_AFTER_MS);
    return () => {
      over.abort();
      clearTimeout(timer);
    };
  }, [search, find, isIncomplete, isAsked]);
  if (!isAsked) return { state: 'none', answer: null };
  return last.search === search ? last : { state: 'running', answer: last.answer };
}
