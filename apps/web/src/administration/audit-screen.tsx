import { X } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { AUDIT_ACTIONS, type AuditEntry } from '@tandem/protocol/audit';
import type { User } from '@tandem/protocol';
import { useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { useShownPlace } from '../navigation/current-screen.tsx';
import { navigate } from '../navigation/location.ts';
import { useServices } from '../session/services.ts';
import { AdministrationPage, Problem } from './administration-page.tsx';
import { AdministrationRequests, type AuditFilters } from './administration-requests.ts';
import { AuditRow } from './audit-row.tsx';
import { usePages } from './use-pages.ts';

const DAY_MS = 24 * 60 * 60_000;
const DAYS = [1, 7, 30, 90] as const;

type Filter = 'person' | 'document' | 'action' | 'days';

/** Names of people and titles of documents that the server has told. */
interface Known {
  readonly people: ReadonlyMap<string, User>;
  readonly titles: ReadonlyMap<string, string>;
}

export function AuditScreen() {
  const { t } = useTranslation();
  return (
    <AdministrationPage
      title={t('administration.audit.title')}
      text={t('administration.audit.text')}
    >
      <AuditLog />
    </AdministrationPage>
  );
}

function AuditLog() {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AdministrationRequests(services), [services]);
  const { search } = useShownPlace();
  const [known, setKnown] = useState<Known>({ people: new Map(), titles: new Map() });
  const filters = useMemo(() => filtersOf(search), [search]);
  const read = useCallback(
    async (before: number | null) => {
      const { entries, people, documents, next } = await requests.readAudit({ ...filters, before });
      setKnown((now) => ({
        people: new Map([...now.people, ...people.map((user) => [user.id, user] as const)]),
        titles: new Map([...now.titles, ...documents.map(({ id, title }) => [id, title] as const)]),
      }));
      return { items: entries, next };
    },
    [requests, filters],
  );
  const { items, isLoading, problem, loadMore, reload } = usePages<AuditEntry, number>(read);
  const choose = (filter: Filter, value: string | null) => setFilter(search, filter, value);
  const isFiltered = search !== '';
  return (
    <>
      <Filters search={search} known={known} choose={choose} />
      <Problem problem={problem} onRetry={reload} />
      {items === null && isLoading && (
        <div role="status" aria-label={t('loading')} className="flex flex-col gap-3">
          <Skeleton className="h-10 w-full" />
          <Skeleton className="h-10 w-full" />
        </div>
      )}
      {items !== null && (
        <>
          <p role="status" className="text-ui text-ink-2 not-empty:py-6 empty:hidden">
            {items.length > 0 || isLoading
              ? ''
              : t(isFiltered ? 'administration.audit.notFound' : 'administration.audit.none')}
          </p>
          <ul aria-busy={isLoading} className="flex flex-col divide-y divide-line">
            {items.map((entry) => (
              <AuditRow
                key={entry.number}
                entry={entry}
                people={known.people}
                titles={known.titles}
                choose={choose}
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

interface FiltersProps {
  readonly search: string;
  readonly known: Known;
  readonly choose: (filter: Filter, value: string | null) => void;
}

function Filters({ search, known, choose }: FiltersProps) {
  const { t } = useTranslation();
  const given = new URLSearchParams(search);
  const [person, document] = [given.get('person'), given.get('document')];
  return (
    <div
      role="group"
      aria-label={t('administration.audit.filters')}
      className="flex flex-wrap items-center gap-2"
    >
      <select
        aria-label={t('administration.audit.action')}
        value={given.get('action') ?? ''}
        onChange={({ target }) => choose('action', target.value || null)}
        className={SELECT}
      >
        <option value="">{t('administration.audit.anyAction')}</option>
        {AUDIT_ACTIONS.map((action) => (
          <option key={action} value={action}>
            {t(`administration.audit.name.${action}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('administration.audit.time')}
        value={given.get('days') ?? ''}
        onChange={({ target }) => choose('days', target.value || null)}
        className={SELECT}
      >
        <option value="">{t('administration.audit.anyTime')}</option>
        {DAYS.map((count) => (
          <option key={count} value={count}>
            {t('administration.audit.days', { count })}
          </option>
        ))}
      </select>
      {person !== null && (
        <Chosen
          name={known.people.get(person)?.name ?? person}
          onEnd={() => choose('person', null)}
        />
      )}
      {document !== null && (
        <Chosen
          name={known.titles.get(document) || document}
          onEnd={() => choose('document', null)}
        />
      )}
    </div>
  );
}

const SELECT =
  'h-8.5 max-w-full rounded-box border border-line-strong bg-canvas px-2 text-ui text-ink pointer-coarse:h-11';

function Chosen({ name, onEnd }: { readonly name: string; readonly onEnd: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      aria-label={t('administration.audit.endFilter', { name })}
      className="max-w-64"
      onClick={onEnd}
    >
      <bdi className="min-w-0 truncate">{name}</bdi>
      <X size={14} aria-hidden />
    </Button>
  );
}

/** The filters are in the address, so that a link leads to what one sees. */
function filtersOf(search: string): AuditFilters {
  const given = new URLSearchParams(search);
  const days = Number(given.get('days') ?? 0);
  return {
    person: given.get('person'),
    document: given.get('document'),
    action: given.get('action'),
    since: days > 0 ? Date.now() - days * DAY_MS : null,
  };
}

function setFilter(search: string, filter: Filter, value: string | null): void {
  const given = new URLSearchParams(search);
  if (value === null) given.delete(filter);
  else given.set(filter, value);
  const next = given.toString();
  navigate('/administration/audit', { search: next === '' ? '' : `?${next}`, replace: true });
}
