import { useEffect, useState } from 'react';

const SEARCH_AFTER_MS = 150;
/** The index has a text two seconds after it was typed, so after an empty answer the search runs once more. */
const AGAIN_AFTER_MS = 2_500;

export interface Answers<T> {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** While a search is running, the answers to the one before, so that the list does not blink. */
  readonly items: readonly T[];
}

/**
 * Asks a moment after the last key.
 *
 * @param ask rejects when there is no answer
 */
export function useAnswers<T>(
  search: string,
  ask: (search: string) => Promise<readonly T[]>,
): Answers<T> {
  const [answer, setAnswer] = useState<Answers<T> & { readonly search: string }>({
    state: 'none',
    items: [],
    search: '',
  });
  const isAsked = search.trim() !== '';
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    const run = async (isRepeated: boolean) => {
      let next: Answers<T>;
      try {
        next = { state: 'done', items: await ask(search) };
      } catch {
        next = { state: 'failed', items: [] };
      }
      if (isOver) return;
      setAnswer({ ...next, search });
      if (next.items.length === 0 && !isRepeated)
        timer = setTimeout(() => void run(true), AGAIN_AFTER_MS);
    };
    let timer = setTimeout(() => void run(false), SEARCH_AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [search, ask, isAsked]);
  if (!isAsked) return { state: 'none', items: [] };
  return answer.search === search ? answer : { state: 'running', items: answer.items };
}
