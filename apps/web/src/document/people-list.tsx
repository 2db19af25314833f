import type { DocumentSession } from '@tandem/client';
import type { Member } from '@tandem/protocol';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { Avatar } from '../components/avatar.tsx';
import { useSessionValue } from '../session/use-document-session.ts';
import { useFoundPeople, useMe, usePeople } from './use-people.ts';
import './people-words.ts';

const SEARCH_FROM = 12;
const STATES: readonly Member['state'][] = ['active', 'idle', 'away'];

export function PeopleList({ session }: { readonly session: DocumentSession }) {
  const { t } = useTranslation();
  const me = useMe();
  const { total } = usePeople(session);
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const { members, more, showMore } = useFoundPeople(session, wanted);
  const typing = useSessionValue(session, ({ people }) => people.typing);
  const rank = ({ user, state }: Member) =>
    user === me ? -2 : typing.includes(user) ? -1 : STATES.indexOf(state);
  const ordered = members.toSorted((one, other) => rank(one) - rank(other));
  return (
    <>
      {total >= SEARCH_FROM && (
        <input
          type="search"
          value={query}
          onChange={({ target }) => setQuery(target.value)}
          placeholder={t('people.search')}
          aria-label={t('people.search')}
          className="mt-2 h-8.5 w-full rounded-box border border-line-strong bg-raise px-2.5 text-ui focus-visible:outline-2 focus-visible:outline-offset-1 focus-visible:outline-accent pointer-coarse:h-11 pointer-coarse:text-base [&::-webkit-search-cancel-button]:hidden"
        />
      )}
      <ul className="mt-2 flex max-h-80 flex-col gap-0.5 overflow-y-auto">
        {ordered.map(({ user, name, color, state }) => (
          <li key={user} className="flex h-9 shrink-0 items-center gap-2.5 text-ui">
            <Avatar name={name} color={color} state={state} />
            <span className="min-w-0 flex-1 truncate">
              <bdi>{name}</bdi>
              {user === me && <span className="text-ink-3"> {t('people.you')}</span>}
            </span>
            <span className="text-small text-ink-3">
              {t(typing.includes(user) ? 'people.typing' : `people.${state}`)}
            </span>
          </li>
        ))}
        {more !== 0 && showMore !== undefined && (
          <li>
            <button
              type="button"
              onClick={showMore}
              className="touch h-9 w-full rounded-box text-start text-ui text-accent hover:underline"
            >
              {more === null ? t('people.showMore') : t('people.more', { count: more })}
            </button>
          </li>
        )}
      </ul>
      <p role="status" className={ordered.length === 0 ? 'py-2 text-ui text-ink-2' : 'sr-only'}>
        {ordered.length === 0 && wanted !== '' ? t('people.nobody', { name: wanted }) : ''}
      </p>
    </>
  );
}
