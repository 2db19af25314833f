import { useTranslation } from '../translation/translation.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { HelpPage } from './help-page.tsx';
import { PROXY_SNIPPETS } from './proxy-snippets.ts';

export function ConnectionHelpScreen() {
  const { t } = useTranslation();
  return (
    <HelpPage title={t('help.title')}>
      <p className="text-ink-2">{t('help.what')}</p>
      <p className="text-ink-2">{t('help.you')}</p>
      <h2 className="mt-4 font-semibold">{t('help.operator')}</h2>
      <p className="text-ink-2">{t('help.headers')}</p>
      {PROXY_SNIPPETS.map(({ name, lines }) => (
        <section key={name}>
          <div className="flex items-center justify-between">
            <h3 className="text-base font-medium">{name}</h3>
            <CopyButton look="quiet" text={() => lines}>
              {t('help.copy')}
            </CopyButton>
          </div>
          <pre
            tabIndex={0}
            aria-label={name}
            className="overflow-x-auto rounded-box border border-line bg-side px-3.5 py-3 font-mono text-ui"
          >
            {lines}
          </pre>
        </section>
      ))}
    </HelpPage>
  );
}
