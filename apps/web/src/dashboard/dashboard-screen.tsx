import type { DashboardSample } from '@tandem/protocol';
import { AdministrationPage } from '../administration/administration-page.tsx';
import { addTexts, useTranslation } from '../translation/translation.ts';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { FullPage, Notice, Skeleton } from '../components/feedback.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { useObservable } from '../runtime/observable.ts';
import { useServices } from '../session/services.ts';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { Chart } from './chart.tsx';
import { formatQuantity, formatSince } from './quantity.ts';
import { CHARTS } from './series.ts';
import words from '../languages/dashboard.en.json' with { type: 'json' };

addTexts(words);

export function DashboardScreen() {
  const { t } = useTranslation();
  return (
    <AdministrationPage title={t('administration.live')} text={t('dashboard.text')} isWide>
      <Content />
    </AdministrationPage>
  );
}

function Content() {
  const { t } = useTranslation();
  const session = useChannel('dashboard');
  const samples = useChannelValue(session, ({ state }) =>
    state?.type === 'dashboard' ? state.samples : null,
  );
  const refusal = useChannelValue(session, ({ error }) => error);
  if (refusal !== null) {
    return (
      <NotAdministrator retry={<Button onClick={() => session?.retry()}>{t('tryAgain')}</Button>} />
    );
  }
  const last = samples?.at(-1);
  if (samples === null || last === undefined) return <DashboardSkeleton />;
  return (
    <div className="grid gap-3 phone:grid-cols-2 wide:grid-cols-3">
      {CHARTS.map((chart) => (
        <Chart key={chart.name} chart={chart} samples={samples} />
      ))}
      <Cluster sample={last} />
      <TopRooms sample={last} />
      <ErrorsSent sample={last} />
    </div>
  );
}

/** Absent on a server that has a database to itself. */
function Cluster({ sample: { at, cluster } }: { readonly sample: DashboardSample }) {
  const translation = useTranslation();
  const { t } = translation;
  if (cluster === undefined) return null;
  const language = formatLocale(translation.language);
  const { nodes, logAgeMs, redis } = cluster;
  const since = redis === undefined ? '' : formatSince(redis.since, at, language);
  const state = redis?.state ?? 'none';
  const sentence = t(`dashboard.cluster.${state}`, { since });
  return (
    <section className="rounded-box border border-line bg-raise p-3.5 phone:col-span-2 wide:col-span-3">
      <h2 className="mb-2 text-ui font-semibold">{t('dashboard.cluster.title')}</h2>
      <div role="status">
        {state === 'down' || state === 'partial' ? (
          <Notice tone="warning">{sentence}</Notice>
        ) : (
          <p className="text-ui text-ink-2">{sentence}</p>
        )}
      </div>
      <p className="mt-2 text-ui text-ink-2">
        {t('dashboard.cluster.nodes', { count: nodes })}{' '}
        {t('dashboard.cluster.database', {
          ago: formatQuantity(logAgeMs, 'milliseconds', language),
        })}
      </p>
    </section>
  );
}

function TopRooms({ sample: { topRooms } }: { readonly sample: DashboardSample }) {
  const { t, language } = useTranslation();
  const number = new Intl.NumberFormat(formatLocale(language), { maximumFractionDigits: 1 });
  return (
    <section className="rounded-box border border-line bg-raise p-3.5 phone:col-span-2">
      <h2 className="mb-2 text-ui font-semibold">{t('dashboard.topRooms')}</h2>
      {topRooms.length === 0 ? (
        <p className="text-ui text-ink-2">{t('dashboard.noRooms')}</p>
      ) : (
        <table className="w-full text-ui">
          <thead>
            <tr className="text-left text-small text-ink-3 *:pb-1.5 *:font-medium *:whitespace-nowrap">
              <th>{t('dashboard.document')}</th>
              <th className="pl-4 text-right">{t('dashboard.people')}</th>
              <th className="pl-4 text-right">{t('dashboard.deliveries')}</th>
            </tr>
          </thead>
          <tbody>
            {topRooms.map(({ document, title, people, deliveriesPerSecond }) => (
              <tr key={document} className="border-t border-line *:py-1.5">
                <td className="max-w-0 w-full truncate">
                  <bdi>{title || t('untitled')}</bdi>{' '}
                  <span className="text-ink-3">{document}…</span>
                </td>
                <td className="pl-4 text-right tabular-nums">{number.format(people)}</td>
                <td className="pl-4 text-right tabular-nums">
                  {number.format(deliveriesPerSecond)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function ErrorsSent({ sample: { errorsSent } }: { readonly sample: DashboardSample }) {
  const { t } = useTranslation();
  const entries = Object.entries(errorsSent)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one);
  return (
    <section className="rounded-box border border-line bg-raise p-3.5 phone:col-span-2 wide:col-span-3">
      <h2 className="mb-2 text-ui font-semibold">{t('dashboard.refusals')}</h2>
      {entries.length === 0 ? (
        <p className="text-ui text-ink-2">{t('dashboard.noRefusals')}</p>
      ) : (
        <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1.5 text-ui">
          {entries.map(([code, count]) => (
            <div key={code} className="contents">
              <dt className="text-ink-2">{code}</dt>
              <dd className="text-right tabular-nums">{count}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function DashboardSkeleton() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t('loading')}
      className="grid gap-3 phone:grid-cols-2 wide:grid-cols-3"
    >
      {CHARTS.map(({ name }) => (
        <Skeleton key={name} className="h-44 w-full" />
      ))}
    </div>
  );
}

function NotAdministrator({ retry }: { readonly retry: React.ReactNode }) {
  const { t } = useTranslation();
  const { account } = useServices();
  const { user } = useObservable(account.state);
  const setting = `ADMINISTRATORS=${user?.id ?? ''}`;
  return (
    <FullPage
      title={t('dashboard.forbidden')}
      action={
        <>
          <code className="w-full overflow-x-auto rounded-box border border-line bg-side px-3 py-2 font-mono text-ui">
            {setting}
          </code>
          <CopyButton look="primary" text={() => setting}>
            {t('dashboard.copySetting')}
          </CopyButton>
          {retry}
        </>
      }
    >
      {t('dashboard.forbiddenText')}
    </FullPage>
  );
}
