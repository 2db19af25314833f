/** A list that is loaded page by page, and from its start again when what is asked for changes. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { translate } from '../translation/translation.ts';
import { failureOf } from '../session/request.ts';

export interface Page<T, N> {
  readonly items: readonly T[];
  /** Null at the end. */
  readonly next: N | null;
}

export interface Pages<T> {
  /** Null before the first answer. */
  readonly items: readonly T[] | null;
  readonly isLoading: boolean;
  /** A sentence; null without one. */
  readonly problem: string | null;
  /** Null at the end. */
  readonly loadMore: (() => void) | null;
  readonly reload: () => void;
  change(item: (item: T) => T): void;
}

interface State<T, N> {
  readonly items: readonly T[] | null;
  readonly next: N | null;
  readonly isLoading: boolean;
  readonly problem: string | null;
}

/** @param read the same as long as the same is asked for */
export function usePages<T, N>(read: (after: N | null) => Promise<Page<T, N>>): Pages<T> {
  const [state, setState] = useState<State<T, N>>({
    ...{ items: null, next: null, isLoading: true, problem: null },
  });
  const reading = useRef(0);
  const load = useCallback(
    async (after: N | null) => {
      const number = ++reading.current;
      setState((now) => ({ ...now, isLoading: true, problem: null }));
      try {
        const { items, next } = await read(after);
        if (number !== reading.current) return;
        setState((now) => ({
          items: after === null ? items : [...(now.items ?? []), ...items],
          ...{ next, isLoading: false, problem: null },
        }));
      } catch (thrown) {
        if (number !== reading.current) return;
        const failure = failureOf(thrown);
        const problem =
          failure.kind === 'refused'
            ? failure.error.message
            : translate('administration.unreachable');
        setState((now) => ({ ...now, isLoading: false, problem }));
      }
    },
    [read],
  );
  useEffect(() => void load(null), [load]);
  const { items, next, isLoading, problem } = state;
  return {
    ...{ items, isLoading, problem },
    loadMore: next === null ? null : () => void load(next),
    reload: () => void load(null),
    change: (item) =>
      setState((now) => ({ ...now, items: now.items === null ? null : now.items.map(item) })),
  };
}
