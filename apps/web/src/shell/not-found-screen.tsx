import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { FullPage } from '../components/full-page.tsx';
import { ScreenHeader } from './screen-header.tsx';
import { useScreenTitle } from './use-screen-title.ts';

export function NotFoundScreen() {
  const { t } = useTranslation();
  useScreenTitle(t('problem.noPage'));
  return (
    <>
      <ScreenHeader>{null}</ScreenHeader>
      <main id="main" tabIndex={-1} className="outline-none">
        <FullPage
          title={t('problem.noPage')}
          action={
            <Button look="primary" nativeButton={false} render={<Link to="/" />}>
              {t('allDocuments')}
            </Button>
          }
        >
          {t('problem.noPageText')}
        </FullPage>
      </main>
    </>
  );
}
