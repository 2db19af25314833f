import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { FullPage } from '../components/full-page.tsx';
import type { Failure } from '../http/request.ts';
import { useServices } from '../session/services.ts';

/** Nobody here was ever let in by the server, and it does not answer: there is nothing to show yet. */
export function FirstVisitProblem({ failure }: { readonly failure: Failure }) {
  const { t } = useTranslation();
  const { account, client } = useServices();
  const [isAsking, setAsking] = useState(false);
  const retry = () => {
    setAsking(true);
    client.connection.tryNow();
    void account
      .start()
      .catch(() => undefined)
      .finally(() => setAsking(false));
  };
  return (
    <main id="main">
      <FullPage
        title={t('problem.unreachable')}
        action={
          <Button look="primary" disabled={isAsking} onClick={retry}>
            {t('tryAgain')}
          </Button>
        }
      >
        {failure.kind === 'refused' ? failure.error.message : t('problem.unreachableText')}
      </FullPage>
    </main>
  );
}
