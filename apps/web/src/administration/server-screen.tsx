import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ServerFigures } from '@tandem/protocol/administration';
import { useTranslation } from '../translation/translation.ts';
import { AccountRequests } from '../account/account-requests.ts';
import '../account/account-words.ts';
import { ServerSection } from '../account/server-section.tsx';
import { Skeleton } from '../components/feedback.tsx';
import { formatBytes } from '../editor/files/file-words.ts';
import { formatLocale } from '../languages/i18n.ts';
import { failureOf } from '../session/request.ts';
import { useServices } from '../session/services.ts';
import { AdministrationPage, Problem } from './administration-page.tsx';
import { AdministrationRequests } from './administration-requests.ts';
import { PageRemoval } from './page-removal.tsx';

export function ServerScreen() {
  const { t } = useTranslation();
  return (
    <AdministrationPage
      title={t('administration.server.title')}
      text={t('administration.server.text')}
    >
      <Server />
    </AdministrationPage>
  );
}

function Server() {
  const { t } = useTranslation();
  const services = useServices();
  const requests = useMemo(() => new AdministrationRequests(services), [services]);
  const accounts = useMemo(() => new AccountRequests(services), [services]);
  const [figures, setFigures] = useState<ServerFigures | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = useCallback(async () => {
    setProblem(null);
    try {
      setFigures(await requests.readFigures());
    } catch (thrown) {
      const failure = failureOf(thrown);
      setProblem(
        failure.kind === 'refused' ? failure.error.message : t('administration.unreachable'),
      );
    }
  }, [requests, t]);
  // Not again when a part adds its texts, which makes another `t`.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => void read(), [requests]);
  return (
    <>
      <Problem problem={problem} onRetry={() => void read()} />
      {figures === null && problem === null && (
        <div role="status" aria-label={t('loading')}>
          <Skeleton className="h-32 w-full" />
        </div>
      )}
      {figures !== null && (
        <>
          <Figures figures={figures} />
          <Largest largest={figures.largest} />
          <ServerSection requests={accounts} />
          <PageRemoval requests={requests} />
        </>
      )}
    </>
  );
}

function Figures({ figures }: { readonly figures: ServerFigures }) {
  const { t, language } = useTranslation();
  const locale = formatLocale(language);
  const number = new Intl.NumberFormat(locale);
  const { people, documents, files, databaseBytes } = figures;
  const all = [
    {
      label: t('administration.server.accounts'),
      value: number.format(people.accounts),
      more: t('administration.server.guests', { count: people.guests }),
    },
    {
      label: t('administration.server.documents'),
      value: number.format(documents.active),
      more: t('administration.server.trashed', { count: documents.trashed }),
    },
    {
      label: t('administration.server.files'),
      value: formatBytes(files.bytes, locale),
      more: t('administration.server.fileCount', { count: files.count }),
    },
    {
      label: t('administration.server.database'),
      value: formatBytes(databaseBytes, locale),
      more: t('administration.server.databaseText'),
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 phone:grid-cols-4">
      {all.map(({ label, value, more }) => (
        <div key={label} className="rounded-box border border-line bg-raise p-3.5">
          <dt className="text-small text-ink-2">{label}</dt>
          <dd className="mt-1">
            <span className="block text-heading font-semibold tabular-nums">{value}</span>
            <span className="block text-small text-ink-3">{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Largest({ largest }: Pick<ServerFigures, 'largest'>) {
  const { t, language } = useTranslation();
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-ui font-semibold">{t('administration.server.largest')}</h2>
      {largest.length === 0 ? (
        <p className="text-ui text-ink-2">{t('administration.server.noFiles')}</p>
      ) : (
        <ol className="flex flex-col divide-y divide-line">
          {largest.map(({ user, files, bytes }) => (
            <li key={user.id} className="flex items-baseline justify-between gap-4 py-2 text-ui">
              <bdi className="min-w-0 break-words">{user.name}</bdi>
              <span className="shrink-0 text-ink-2 tabular-nums">
                {t('administration.server.fileCount', { count: files })} ·{' '}
                {formatBytes(bytes, formatLocale(language))}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
