import { Search } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  PEOPLE_KINDS,
  type AdministeredPerson,
  type PeopleKind,
} from '@tandem/protocol/administration';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { useServices } from '../session/services.ts';
import { AdministrationPage, Problem } from './administration-page.tsx';
import { AdministrationRequests } from './administration-requests.ts';
import { PersonRow } from './person-row.tsx';
import { usePages } from './use-pages.ts';

const SEARCH_AFTER_MS = 200;

export function PeopleScreen() {
  const { t } = useTranslation();
  return (
    <AdministrationPage
      title={t('administration.people.title')}
      text={t('administration.people.text')}
    >
      <People />
    </AdministrationPage>
  );
}

function People() {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AdministrationRequests(services), [services]);
  const [kind, setKind] = useState<PeopleKind>('accounts');
  const [typed, setTyped] = useState('');
  const search = useLater(typed.trim());
  const read = useCallback(
    async (after: string | null) => {
      const { people, next } = await requests.listPeople({ kind, search, after });
      return { items: people, next };
    },
    [requests, kind, search],
  );
  const pages = usePages<AdministeredPerson, string>(read);
  const { items, isLoading, problem, loadMore, reload, change } = pages;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div
          role="group"
          aria-label={t('administration.people.which')}
          className="flex flex-wrap gap-1"
        >
          {PEOPLE_KINDS.map((each) => (
            <Button
              key={each}
              look="quiet"
              aria-pressed={each === kind}
              className="aria-pressed:bg-hover aria-pressed:font-semibold aria-pressed:text-ink"
              onClick={() => setKind(each)}
            >
              {t(`administration.people.kind.${each}`)}
            </Button>
          ))}
        </div>
        <label className="flex h-8.5 w-full items-center gap-2 rounded-box border border-line-strong bg-raise px-2.5 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent phone:w-64 pointer-coarse:h-11">
          <Search size={15} aria-hidden className="text-ink-3" />
          <input
            type="search"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            placeholder={t('administration.people.search')}
            aria-label={t('administration.people.search')}
            className="min-w-0 flex-1 bg-transparent text-base outline-none [&::-webkit-search-cancel-button]:hidden"
          />
        </label>
      </div>
      <Problem problem={problem} onRetry={reload} />
      {items === null && isLoading && (
        <div role="status" aria-label={t('loading')} className="flex flex-col gap-3">
          <Skeleton className="h-12 w-full" />
          <Skeleton className="h-12 w-full" />
        </div>
      )}
      {items !== null && (
        <>
          <p role="status" className="text-ui text-ink-2 not-empty:py-6 empty:hidden">
            {items.length > 0 || isLoading || loadMore !== null
              ? ''
              : search === ''
                ? t(`administration.people.none.${kind}`)
                : t('administration.people.notFound', { search })}
          </p>
          <ul aria-busy={isLoading} className="flex flex-col divide-y divide-line">
            {items.map((person) => (
              <PersonRow
                key={person.user.id}
                person={person}
                requests={requests}
                onChanged={(changed) =>
                  change((item) => (item.user.id === changed.user.id ? changed : item))
                }
              />
            ))}
          </ul>
          {loadMore !== null && (
            <div>
              <Button disabled={isLoading} onClick={loadMore}>
                {t('administration.more')}
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

/** A moment after the last key. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
