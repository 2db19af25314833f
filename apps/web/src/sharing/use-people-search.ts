import type { MetPerson } from '@tandem/protocol';
import { useEffect, useState } from 'react';
import { useServices } from '../session/services.ts';

const SEARCH_AFTER_MS = 150;

export type FoundPeople =
  | { readonly state: 'none' | 'running' | 'failed' }
  | { readonly state: 'done'; readonly people: readonly MetPerson[] };

/** Finds, by name, people who share a document with this person. */
export function usePeopleSearch(wanted: string): FoundPeople {
  const { client } = useServices();
  const [found, setFound] = useState<FoundPeople & { readonly wanted?: string }>({ state: 'none' });
  const isAsked = wanted.trim() !== '';
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    const timer = setTimeout(() => {
      client.people.find(wanted).then(
        (people) => !isOver && setFound({ state: 'done', people, wanted }),
        () => !isOver && setFound({ state: 'failed', wanted }),
      );
    }, SEARCH_AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client, wanted, isAsked]);
  if (!isAsked) return { state: 'none' };
  return found.wanted === wanted ? found : { state: 'running' };
}
