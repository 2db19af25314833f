import type { DocumentSession } from '@tandem/client';
import type { Member } from '@tandem/protocol';
import { useEffect, useState } from 'react';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useSessionValue } from '../session/use-document-session.ts';

export interface People {
  /** Others first, in order of arrival or, in a crowd, of their last activity; this person last. */
  readonly members: readonly Member[];
  readonly total: number;
}

export function usePeople(session: DocumentSession): People {
  const me = useMe();
  const members = useSessionValue(session, ({ people }) => people.members);
  const counts = useSessionValue(session, ({ people }) => people.counts);
  const total = counts === null ? members.length : counts.active + counts.idle + counts.away;
  return {
    members: members.toSorted((one, other) => Number(one.user === me) - Number(other.user === me)),
    total: Math.max(total, members.length),
  };
}

export function useMe(): string | null {
  const { account } = useServices();
  return useObservable(account.state).user?.id ?? null;
}

export interface FoundPeople {
  readonly members: readonly Member[];
  readonly more: number | null;
  /** Undefined while more people load, and when all are shown. */
  readonly showMore: (() => void) | undefined;
}

interface Answer {
  readonly query: string;
  readonly members: readonly Member[];
  readonly next: number | null;
}

const SEARCH_DELAY_MS = 150;
const NOTHING: Answer = { query: '', members: [], next: 0 };

export function useFoundPeople(session: DocumentSession, query: string): FoundPeople {
  const { members, total } = usePeople(session);
  const isWhole = members.length === total;
  const [answer, setAnswer] = useState(NOTHING);
  const [isAsking, setIsAsking] = useState(false);
  const known = answer.query === query ? answer : { ...NOTHING, query };

  const loadMore = async (answer: Answer, shown: ReadonlySet<string>) => {
    setIsAsking(true);
    let { members, next } = answer;
    let isNew = false;
    while (!isNew && next !== null) {
      const page = await session.people.list(query, next);
      if (page === null) break;
      isNew = page.members.some(({ user }) => !shown.has(user));
      members = [...members, ...page.members];
      next = page.next;
    }
    setIsAsking(false);
    setAnswer({ query, members, next });
  };
  useEffect(() => {
    if (isWhole || query === '') return;
    let isWanted = true;
    const search = async () => {
      const page = await session.people.list(query, 0);
      if (isWanted && page !== null) setAnswer({ query, ...page });
    };
    const timer = setTimeout(() => void search(), SEARCH_DELAY_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [session, query, isWhole]);

  const shown = members.filter(({ name }) => fold(name).includes(fold(query)));
  const users = new Set(shown.map(({ user }) => user));
  const all = [...shown, ...known.members.filter(({ user }) => !users.has(user))];
  const more = isWhole ? 0 : query === '' ? total - all.length : null;
  const hasMore = !isWhole && known.next !== null && more !== 0;
  return {
    members: all,
    more,
    showMore:
      hasMore && !isAsking
        ? () => void loadMore(known, new Set(all.map(({ user }) => user)))
        : undefined,
  };
}

function fold(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
