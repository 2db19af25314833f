import { use } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { FullPage } from '../components/full-page.tsx';
import { ServicesContext } from '../session/services.ts';
import { reloadPage } from './new-version.ts';

/** A fault of ours, or a piece of the application that could not be loaded. */
export function BrokenScreen() {
  const { t } = useTranslation();
  const isKept = use(ServicesContext)?.client.durable !== false;
  return (
    <main id="main">
      <FullPage
        title={t('problem.broken')}
        action={
          <Button look="primary" onClick={() => void reloadPage()}>
            {t('reload')}
          </Button>
        }
      >
        {t(isKept ? 'problem.brokenText' : 'problem.brokenTextNotKept')}
      </FullPage>
    </main>
  );
}
