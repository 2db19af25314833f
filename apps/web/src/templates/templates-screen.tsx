import { useEffect } from 'react';
import { screenIsReady } from '../components/deferred.tsx';
import { DeviceSaveStatusChip } from '../save-status/save-status-chip.tsx';
import { ScreenHeader, useScreenTitle } from '../screen/screen-header.tsx';
import { cutOffBy, useConnection } from '../session/use-connection.ts';
import { useTranslation } from '../translation/translation.ts';
import { BuiltInCard, OwnCard } from './template-cards.tsx';
import { useBuiltInTemplates, useOwnTemplates } from './template-list.ts';

const cards = 'mt-3 grid gap-2.5 phone:grid-cols-2';

export function TemplatesScreen() {
  const { t } = useTranslation();
  useScreenTitle(t('templates.title'));
  useEffect(screenIsReady, []);
  const builtIn = useBuiltInTemplates();
  const isOffline = cutOffBy(useConnection()) === 'no-network';
  return (
    <>
      <ScreenHeader>
        <DeviceSaveStatusChip />
      </ScreenHeader>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-[760px] px-5 pt-8 pb-16 outline-none phone:px-8 phone:pt-12"
      >
        <h1 className="text-heading font-semibold tracking-[-0.012em]">{t('templates.title')}</h1>
        <p className="mt-1 text-ui text-ink-2">
          {t(isOffline ? 'templates.offline' : 'templates.text')}
        </p>
        <OwnTemplates />
        <section aria-labelledby="built-in-templates" className="mt-8">
          <h2 id="built-in-templates" className="text-base font-semibold">
            {t('templates.builtIn')}
          </h2>
          <ul className={cards}>
            {builtIn.map((template) => (
              <BuiltInCard key={template.id} template={template} />
            ))}
          </ul>
        </section>
      </main>
    </>
  );
}

function OwnTemplates() {
  const { t } = useTranslation();
  const templates = useOwnTemplates();
  return (
    <section aria-labelledby="own-templates" className="mt-8">
      <h2 id="own-templates" className="text-base font-semibold">
        {t('templates.own')}
      </h2>
      {templates !== null && templates.length > 0 ? (
        <ul className={cards}>
          {templates.map((template) => (
            <OwnCard key={template.id} template={template} />
          ))}
        </ul>
      ) : (
        <p className="mt-1 text-ui text-ink-2">{t('templates.ownEmpty')}</p>
      )}
    </section>
  );
}
