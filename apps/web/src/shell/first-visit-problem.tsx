import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { FullPage } from '../components/full-page.tsx';
import { SignInLink } from '../connection/sign-in-link.tsx';
import type { Failure } from '../http/request.ts';
import { useServices } from '../session/services.ts';

/** Nobody here was ever let in by the server: there is nothing to show yet. The connection tries again by itself. */
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
        title={t(titleOf(failure))}
        action={
          failure.kind === 'sign-in' ? (
            <SignInLink />
          ) : (
            <Button look="primary" disabled={isAsking} onClick={retry}>
              {t('tryAgain')}
            </Button>
          )
        }
      >
        {textOf(failure, t)}
      </FullPage>
    </main>
  );
}

function titleOf(failure: Failure) {
  switch (failure.kind) {
    case 'unreachable':
      return 'problem.unreachable';
    case 'sign-in':
      return 'problem.signIn';
    case 'refused':
      return failure.error.temporary ? 'problem.notYet' : 'problem.notLetIn';
  }
}

function textOf(failure: Failure, t: TFunction): string {
  if (failure.kind === 'refused') return failure.error.message;
  return t(failure.kind === 'sign-in' ? 'problem.signInText' : 'problem.unreachableText');
}
